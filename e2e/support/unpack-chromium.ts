import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What `@sparticuz/chromium` holds, unpacked. */
export interface UnpackedChromium {
  readonly executablePath: string;
  /** Folder with the NSS libraries, for machines without. */
  readonly libraries: string;
  /** fontconfig's settings: the system's fonts, and one of the package's own. Without any font Chromium crashes. */
  readonly fonts: string;
}

/** Unpacks the fonts that npm's Chromium brings (Open Sans), on whatever machine. Their folder. Safe to run twice at once. */
export async function unpackFonts(): Promise<string> {
  const folder = await unpacked('fonts', ['fonts.tar.br']);
  return join(folder, 'fonts/fonts/Open_Sans');
}

/** Unpacks npm's Chromium below `node_modules/.cache` (190 MB, about 3 s) unless that is done. Safe to run twice at once. */
export async function unpackChromium(): Promise<UnpackedChromium> {
  const folder = await unpacked('chromium', ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']);
  return {
    executablePath: join(folder, 'chromium'),
    libraries: join(folder, 'al2023/lib'),
    fonts: await fontSettings(folder),
  };
}

/** A folder of this name and the package's version that holds what was in these archives of it. */
async function unpacked(name: string, archives: readonly string[]): Promise<string> {
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
  const { version } = JSON.parse(await readFile(join(bin, '../package.json'), 'utf8')) as { version: string };
  const cache = join(root, 'node_modules/.cache/image2model');
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unpacking-'));
  await unpackInto(
    unfinished,
    archives.map((archive) => join(bin, archive)),
  );
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was quicker; its copy is as good.
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The package's own settings name a folder of Amazon's machines. */
async function fontSettings(folder: string): Promise<string> {
  const file = join(folder, 'fonts.conf');
  await writeFile(
    file,
    `<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>`,
  );
  return file;
}

/** The package unpacks into the system's temporary folder and nowhere else, so that is what it is given. */
async function unpackInto(folder: string, archives: readonly string[]): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await Promise.all(archives.map((archive) => inflate(archive)));
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
