import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page whose lines of configuration are run here, as they stand there. */
export const page = join(import.meta.dirname, '../../../docs/proxies.md');

/**
 * The code block below a heading of the page, with what differs between a person's machine and this test: each key of
 * `here` is replaced by its value.
 *
 * @throws where there is no such block, or a key is not in it
 */
export function documented(heading: string, here: Readonly<Record<string, string>>): string {
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(`\n### ${heading}\n`);
  if (from < 0) throw new Error(`docs/proxies.md has no heading "${heading}"`);
  const section = text.slice(from + 5).split(/^#{2,3} /m)[0] ?? '';
  const block = /^```\w*\n([\s\S]*?)^```$/m.exec(section)?.[1];
  if (block === undefined) throw new Error(`docs/proxies.md has no lines below "${heading}"`);
  let lines = block;
  for (const [key, value] of Object.entries(here)) {
    if (!lines.includes(key)) throw new Error(`"${key}" is not among the lines of "${heading}" in docs/proxies.md`);
    lines = lines.replaceAll(key, value);
  }
  return lines;
}
