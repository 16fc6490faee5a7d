import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * npm writes `node_modules/.package-lock.json` at the end of each installation; every package of ours that this platform
 * and mode need must be in it, at the same version.
 *
 * @param {string} root
 * @param {'start' | 'test'} mode
 */
export function matchesNpmsRecord(root, mode) {
  let wanted, found;
  try {
    wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    found = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    if (entry.dev && mode === 'start') return true;
    const has = found[path];
    if (entry.optional || entry.peer) return has === undefined || has.version === entry.version;
    if (entry.devOptional && has === undefined) return mode === 'start';
    return has !== undefined && has.version === entry.version && existsSync(join(root, path));
  });
}

/**
 * Packages for this platform that npm was to install and did not. npm takes a failure to unpack one of these (a full disk,
 * a cut line) for "not available here" and reports success.
 *
 * @param {string} root
 * @param {'start' | 'test'} mode
 * @returns {string[]} their paths
 */
export function missingForPlatform(root, mode) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.keys(wanted).filter((path) => {
    const { os, cpu, libc, dev, devOptional } = wanted[path];
    if (!os || !cpu || ((dev || devOptional) && mode === 'start')) return false;
    const fits = os.includes(process.platform) && cpu.includes(process.arch) && (!libc || libc.includes(ourLibc()));
    return fits && !existsSync(join(root, path));
  });
}

function ourLibc() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
