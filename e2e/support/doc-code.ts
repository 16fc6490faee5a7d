import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The code blocks below a heading of a page in `docs/`, up to the next heading. @throws if there is none */
export async function docCode(page: string, heading: string): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, '../../docs', page), 'utf8');
  const [, below] = text.split(`\n## ${heading}\n`);
  const section = below?.split(/\n## (?=[A-Z])/)[0] ?? '';
  const blocks = [...section.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  if (blocks.length === 0) throw new Error(`docs/${page} has no code below "${heading}".`);
  return blocks;
}
