import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { unpackChromium } from './unpack-chromium.ts';

const run = promisify(execFile);

/** A Chromium that starts on this machine, and what it needs to. */
export interface FoundChromium {
  readonly executablePath: string;
  /** Command-line switches besides Playwright's own. */
  readonly args: readonly string[];
  /** Variables besides those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it comes from, for a person. */
  readonly origin: string;
}

/**
 * Looks for a Chromium: `CHROMIUM_PATH`, then the system's, then the one inside npm's `@sparticuz/chromium` (Linux x64),
 * unpacked once below `node_modules/.cache`. `CHROMIUM_FROM_NPM=1` leaves the system's out.
 *
 * @throws if there is none, saying what to do
 */
export async function findChromium(): Promise<FoundChromium> {
  const { CHROMIUM_PATH, CHROMIUM_FROM_NPM } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') {
    return found(CHROMIUM_PATH, {}, 'CHROMIUM_PATH');
  }
  if (CHROMIUM_FROM_NPM !== '1') {
    const path = await systemChromium();
    if (path !== undefined) return found(path, {}, 'the system');
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chromium was found. Install Chromium or Chrome, or set CHROMIUM_PATH to one.');
  }
  const { executablePath, libraries, fonts } = await unpackChromium();
  const env = { FONTCONFIG_FILE: fonts };
  if ((await problemOf(executablePath, env)) === undefined) return found(executablePath, env, 'npm');
  // The usual reason on a bare server: Mozilla's NSS is not installed. The package brings a copy.
  const { LD_LIBRARY_PATH } = process.env;
  const withLibraries = {
    ...env,
    LD_LIBRARY_PATH: LD_LIBRARY_PATH ? `${libraries}${delimiter}${LD_LIBRARY_PATH}` : libraries,
  };
  const problem = await problemOf(executablePath, withLibraries);
  if (problem === undefined) return found(executablePath, withLibraries, 'npm, with its own NSS libraries');
  throw new Error(
    `npm's Chromium does not start here; install a system one (apt-get install chromium) or set CHROMIUM_PATH. ${problem}`,
  );
}

/** Starts a headless browser that talks to nobody but the pages it is given. The caller closes it. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const { executablePath, args, env } = await findChromium();
  return chromium.launch({
    executablePath,
    ...options,
    args: [...args, ...(options.args ?? [])],
    env: { ...process.env, ...env, ...options.env },
  });
}

function found(executablePath: string, env: Readonly<Record<string, string>>, origin: string): FoundChromium {
  return { executablePath, args: switches, env, origin };
}

const switches: readonly string[] = [
  // Root cannot have the sandbox, containers often lack what it needs, and tests open pages of our own alone.
  '--no-sandbox',
  // A closed network refuses these by the dozen, and they have no place in a test.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  // WebGL without a graphics card.
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Containers often have a /dev/shm of 64 MB.
  '--disable-dev-shm-usage',
];

async function systemChromium(): Promise<string | undefined> {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  candidates.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  candidates.push('/Applications/Chromium.app/Contents/MacOS/Chromium');
  for (const path of candidates) {
    if ((await problemOf(path, {})) === undefined) return path;
  }
  return undefined;
}

/** Why a browser does not start, or undefined if it does: a missing library shows at `--version` already. */
async function problemOf(path: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    await run(path, ['--version'], { env: { ...process.env, ...env }, timeout: 30_000 });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
