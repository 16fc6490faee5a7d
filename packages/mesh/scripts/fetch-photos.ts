/**
 * Gathers free photos from Debian packages, for evaluate.ts.
 * node packages/mesh/scripts/fetch-photos.ts <folder> [--debs <folder with .deb files>]
 * Needs Debian's `apt-get` and `dpkg-deb`, but not root. Packages that are in the folder of --debs are not downloaded.
 * The pictures keep the licences of their packages; sources.json says which, and they stay out of the repository.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { classify } from './fetch-photos/classify.ts';
import { licenceOf, readLicences } from './fetch-photos/licences.ts';
import { photoPackages } from './fetch-photos/packages.ts';
import type { PhotoPackage } from './fetch-photos/packages.ts';
import { readQtResources } from './fetch-photos/qt-resources.ts';
import type { Source } from './evaluate/sources.ts';

const run = promisify(execFile);
const pictures = new Set(['.jpg', '.jpeg', '.png', '.webp']);

const { values, positionals } = parseArgs({ allowPositionals: true, options: { debs: { type: 'string' } } });
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/fetch-photos.ts <folder>');
await requireDebian();
const debs = values.debs ?? join(folder, 'debs');
await mkdir(debs, { recursive: true });

const sources: Source[] = [];
const seen = new Set<string>();
for (const wanted of photoPackages) {
  const before = sources.length;
  const unpacked = await mkdtemp(join(tmpdir(), 'photos-'));
  try {
    await run('dpkg-deb', ['-x', await findDeb(wanted.name), unpacked]);
    await gather(wanted, unpacked, folder);
  } catch (error) {
    console.error(`${wanted.name}: left out. ${String(error)}`);
  } finally {
    await rm(unpacked, { recursive: true });
  }
  console.log(`${wanted.name}: ${sources.length - before} pictures`);
}
sources.sort((a, b) => (a.file < b.file ? -1 : 1));
await writeFile(join(folder, 'sources.json'), JSON.stringify(sources, null, 1));
console.log(`${sources.length} pictures in ${folder}; sources.json has the package and licence of each.`);

async function requireDebian(): Promise<void> {
  for (const tool of ['apt-get', 'dpkg-deb']) {
    await run(tool, ['--version']).catch(() => {
      const names = photoPackages.map(({ name }) => name).join(' ');
      console.error(
        `The photos come from Debian packages, and this machine has no ${tool}. Run this script on Debian or Ubuntu ` +
          `(a container will do) and copy the folder; or fetch the .deb files of these packages from Debian's website, ` +
          `install dpkg, and name their folder with --debs: ${names}`,
      );
      process.exit(1);
    });
  }
}

/** The package's file, downloaded if it is not there yet. */
async function findDeb(name: string): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    (await readdir(debs)).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  if (!(await find())) await run('apt-get', ['download', name], { cwd: debs });
  const file = await find();
  if (!file) throw new Error(`apt-get downloaded no ${name}.`);
  return join(debs, file);
}

async function gather(wanted: PhotoPackage, unpacked: string, into: string): Promise<void> {
  const copyrightFile = join(unpacked, 'usr/share/doc', wanted.name, 'copyright');
  const licences = readLicences(await readFile(copyrightFile, 'utf8'));
  await mkdir(join(into, wanted.name), { recursive: true });
  await copyFile(copyrightFile, join(into, wanted.name, 'copyright'));
  for await (const { path, bytes } of filesIn(unpacked)) {
    if (!pictures.has(extname(path).toLowerCase()) || wanted.skip?.test(path)) continue;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const found = seen.has(sha256) ? undefined : await classify(bytes);
    if (!found) continue;
    seen.add(sha256);
    const file = join(wanted.name, path.replace(/^usr\/(share|lib)\//, ''));
    await mkdir(dirname(join(into, file)), { recursive: true });
    await writeFile(join(into, file), bytes);
    sources.push({ file, ...found, package: wanted.name, licence: licenceOf(path, licences), sha256 });
  }
}

/** In the order of their names; those inside Qt resources too. */
async function* filesIn(root: string): AsyncGenerator<{ path: string; bytes: Buffer }> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    if (extname(path) === '.rcc') yield* readQtResources(await readFile(path));
    else if (pictures.has(extname(path).toLowerCase()))
      yield { path: relative(root, path), bytes: await readFile(path) };
  }
}
