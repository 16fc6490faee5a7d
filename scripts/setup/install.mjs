import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.mjs';
import { matchesNpmsRecord, missingForPlatform } from './record.mjs';
import { Trouble, explain } from './trouble.mjs';

const isWindows = process.platform === 'win32';
const OLDEST = { major: 20, minor: 19 };
/** The oldest Node that runs this project's TypeScript and has its SQLite, where npm brings none. */
const OLDEST_RUNTIME = 24;
/** Measured on Debian 12, two cores, a fast line. */
const SIZES = { start: { megabytes: 450, seconds: 20 }, test: { megabytes: 700, seconds: 40 } };
/** A missing network shows after some 20 s, where npm's own settings take over a minute. */
const NPM_SETTINGS = [
  '--no-audit',
  '--no-fund',
  '--loglevel=warn',
  '--fetch-retries=3',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=10000',
];

/**
 * Whether `node_modules` holds what the lockfile says, for this platform and mode.
 *
 * @param {string} root
 * @param {'start' | 'test'} mode
 */
export function installed(root, mode) {
  if (!hasRuntime(root)) return false;
  const wanted = stampFor(root);
  const found = readStamp(root);
  if (
    found?.lock === wanted.lock &&
    found.platform === wanted.platform &&
    (found.mode === 'test' || mode === 'start')
  ) {
    return true;
  }
  // Somebody ran npm by hand: take its word, if its own record is complete.
  if (!matchesNpmsRecord(root, mode)) return false;
  checkRuntime(root);
  writeStamp(root, mode);
  return true;
}

/**
 * Installs the packages with npm, from the lockfile, without running anything of theirs.
 *
 * @param {string} root
 * @param {'start' | 'test'} mode
 * @param {(pid: number) => void} started told the id of each process that does the work
 */
export async function install(root, mode, started) {
  checkMachine(root, mode);
  const { megabytes, seconds } = SIZES[mode];
  const what = mode === 'start' ? 'what the server needs' : 'what the server and its tests need';
  process.stderr.write(
    `Installing ${what}, Node 26 included, into node_modules: about ${megabytes} MB, ${seconds} s on a fast line. Only this once.\n`,
  );
  // First of all: an installation that is broken off must leave no word that it is whole.
  rmSync(stampFile(root), { force: true });
  rmSync(join(root, 'node_modules/.package-lock.json'), { force: true });
  const kinds = mode === 'start' ? ['--omit=dev', '--include=optional'] : ['--include=dev', '--include=optional'];
  const { status, output } = await runNpm(root, ['ci', '--ignore-scripts', ...NPM_SETTINGS, ...kinds], started);
  // A file that could not be written is only a warning to npm.
  if (status !== 0 || output.includes('TAR_ENTRY_ERROR')) throw new Trouble(explain(output));
  const missing = missingForPlatform(root, mode);
  if (missing.length > 0) {
    throw new Trouble(
      `npm left out ${missing.join(', ')}, though made for this platform: the disk may be full or the network was cut. Mend that and run the same command again.`,
    );
  }
  checkRuntime(root);
  writeStamp(root, mode);
}

/** @param {string} root @param {'start' | 'test'} mode */
function checkMachine(root, mode) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    throw new Trouble(
      `This is Node ${process.versions.node}; setting up needs ${OLDEST.major}.${OLDEST.minor} or newer (24 is a good choice). Install it from nodejs.org or your system's packages and run the same command again.`,
    );
  }
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new Trouble(
      `This account may not write to ${root}. Make the folder your own (chown -R) or copy the checkout to a folder that is.`,
    );
  }
  const { bavail, bsize } = statfsSync(root);
  const free = Math.round((bavail * bsize) / 1e6);
  const { megabytes } = SIZES[mode];
  if (free < megabytes && !existsSync(join(root, 'node_modules'))) {
    throw new Trouble(
      `The disk has ${free} MB left and this needs about ${megabytes} MB. Free some and run the same command again.`,
    );
  }
}

/**
 * Proves that the runtime npm brought starts here, once: a bare system may lack a library, or have another C library.
 *
 * @param {string} root
 */
function checkRuntime(root) {
  const runtime = runtimeFile(root);
  const instead = `install Node ${OLDEST_RUNTIME} or newer yourself`;
  if (existsSync(runtime)) {
    const { status, stderr } = spawnSync(runtime, ['--version'], { encoding: 'utf8', shell: isWindows });
    if (status === 0) return;
    // It comes first in the path of all that npm runs, this script included.
    rmSync(runtime, { force: true });
    if (!machineWillDo()) {
      throw new Trouble(
        `${stderr ?? ''}\nThe Node that npm brought does not start here. If a library is missing, install it (libatomic: "apt-get install libatomic1" on Debian and Ubuntu, "dnf install libatomic" on Fedora), or ${instead}; then run the same command again.`,
      );
    }
  } else if (!machineWillDo()) {
    throw new Trouble(
      `npm has no Node for this platform (${process.platform} ${process.arch}), and the machine's own is ${process.versions.node}. Please ${instead} and run the same command again.`,
    );
  }
}

/** @param {string} root */
function hasRuntime(root) {
  return existsSync(runtimeFile(root)) || machineWillDo();
}

function machineWillDo() {
  return Number(process.versions.node.split('.')[0]) >= OLDEST_RUNTIME;
}

/** @param {string} root */
function runtimeFile(root) {
  return join(root, 'node_modules/.bin', isWindows ? 'node.cmd' : 'node');
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules/.cache/image2model/setup.json');
}

/** @param {string} root */
function stampFor(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return { lock, platform: `${process.platform} ${process.arch}` };
}

/** @param {string} root */
function readStamp(root) {
  try {
    return JSON.parse(readFileSync(stampFile(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} root @param {'start' | 'test'} mode */
function writeStamp(root, mode) {
  mkdirSync(join(root, 'node_modules/.cache/image2model'), { recursive: true });
  writeFileSync(stampFile(root), JSON.stringify({ ...stampFor(root), mode }));
}
