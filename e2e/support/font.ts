import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackFonts } from './unpack-chromium.ts';

/**
 * A style that sets every text in the same font, whatever fonts a machine has: without it, lines would break elsewhere and
 * no picture of a page could be compared with one from another machine.
 */
export async function sameFontEverywhere(): Promise<string> {
  const folder = await unpackFonts();
  const faces = await Promise.all(
    [
      ['Regular', '100 599'],
      ['Bold', '600 900'],
    ].map(async ([name, weight]) => {
      const file = join(folder, `OpenSans-${name}.ttf`);
      if (!existsSync(file)) throw new Error(`@sparticuz/chromium no longer brings ${file}`);
      const data = (await readFile(file)).toString('base64');
      return `@font-face { font-family: Same; font-weight: ${weight}; src: url(data:font/ttf;base64,${data}); }`;
    }),
  );
  return `${faces.join('\n')} :root:root { --font-sans: Same; --font-mono: Same; }`;
}
