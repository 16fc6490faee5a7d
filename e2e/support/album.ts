import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

interface Caption {
  id: string;
  title: string;
  device: string;
  theme: 'light' | 'dark';
}

/** How far down a page is kept, in heights of the window. */
const screens = 1.6;

/** A folder of screenshots with an index of them. */
export interface Album {
  keep(page: Page, caption: Caption): Promise<void>;
  /** Writes the index. */
  close(): Promise<void>;
}

/** Starts an album anew: the screenshots that were in the folder before are removed. */
export async function createAlbum(folder: string): Promise<Album> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (/\.(png|webp)$/.test(name)) await rm(join(folder, name));
  const captions: Caption[] = [];
  return {
    async keep(page, caption) {
      captions.push(caption);
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      const whole = await page.evaluate(() => document.documentElement.scrollHeight);
      // The window is made as high as that; a picture beyond the window would forget that it is a finger that looks.
      await page.setViewportSize({ width, height: Math.min(Math.max(whole, height), Math.round(screens * height)) });
      const png = await page.screenshot({ animations: 'disabled' });
      await page.setViewportSize({ width, height });
      await sharp(png)
        .webp({ quality: 72, effort: 4 })
        .toFile(join(folder, nameOf(caption)));
    },
    async close() {
      await writeFile(join(folder, 'README.md'), indexOf(captions));
    },
  };
}

function nameOf({ id, device, theme }: Caption): string {
  return `${id}-${device}-${theme}.webp`;
}

function indexOf(captions: readonly Caption[]): string {
  const groups = Map.groupBy(captions, ({ id }) => id);
  const rows = [...groups.values()].map((group) => {
    const links = group.map((caption) => `[${caption.device}, ${caption.theme}](${nameOf(caption)})`);
    return `| ${group[0]?.title ?? ''} | ${links.join(' · ')} |`;
  });
  return `# The pages, as they are

Taken from the real server with the built-in model by \`SCREENSHOTS=docs/screenshots npm test -- e2e/walk.long.test.ts\`.

| what there is to see | pictures |
|---|---|
${rows.join('\n')}
`;
}
