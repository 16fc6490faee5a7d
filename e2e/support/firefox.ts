import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type Browser, launch } from 'puppeteer-core';

/** What is needed to run Firefox here: itself, and an X server, since it has no WebGL without a screen. */
export interface FoundFirefox {
  readonly firefox: string;
  readonly xvfb: string;
}

/** Firefox and Xvfb of the system, or undefined if either is missing. */
export function findFirefox(): FoundFirefox | undefined {
  const firefox = ['firefox-esr', 'firefox'].map(pathOf).find((path) => path !== undefined);
  const xvfb = pathOf('Xvfb');
  return firefox === undefined || xvfb === undefined ? undefined : { firefox, xvfb };
}

/** Starts Firefox on a screen of its own. Downloads go to the folder, without a question. Closing it closes the screen. */
export async function launchFirefox(found: FoundFirefox, downloads: string): Promise<Browser> {
  const { display, close } = await startScreen(found.xvfb);
  const browser = await launch({
    browser: 'firefox',
    executablePath: found.firefox,
    headless: false,
    defaultViewport: { width: 1280, height: 900 },
    env: { ...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: '1' },
    extraPrefsFirefox: {
      'browser.download.dir': downloads,
      'browser.download.folderList': 2,
      'browser.download.useDownloadDir': true,
      'browser.download.alwaysOpenPanel': false,
      'intl.accept_languages': 'en-GB',
      'webgl.force-enabled': true,
    },
  }).catch((error: unknown) => {
    close();
    throw error;
  });
  browser.once('disconnected', close);
  return browser;
}

async function startScreen(xvfb: string): Promise<{ display: string; close: () => void }> {
  // It picks a free number and writes it to this descriptor.
  const screen = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ready = screen.stdio[3];
  if (!ready) throw new Error('Xvfb has no pipe for its number.');
  const ended = once(screen, 'exit').then(() => {
    throw new Error('Xvfb ended before it was ready.');
  });
  const [number] = (await Promise.race([once(ready, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  return { display: `:${number.toString().trim()}`, close: () => void screen.kill() };
}

function pathOf(command: string): string | undefined {
  const { status, stdout } = spawnSync('which', [command], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
