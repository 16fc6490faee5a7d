import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Trouble, codeOf } from './trouble.mjs';

const WAIT_MS = 250;
const GIVE_UP_MS = 15 * 60_000;

/**
 * Runs `work` while holding a lock file, so that two setups at once do not undo each other's installation. Waits for
 * whoever holds it; a lock is taken over once its process is gone, and the npm that it had started too: npm goes on when
 * its parent is killed.
 *
 * @param {string} file
 * @param {(alsoHeldBy: (pid: number) => void) => Promise<void>} work
 */
export async function withLock(file, work) {
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    await work((pid) => writeFileSync(file, `${process.pid} ${hostname()} ${pid}`));
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} file */
async function acquire(file) {
  const started = Date.now();
  let told = false;
  for (;;) {
    if (create(file)) return;
    const holder = read(file);
    if (holder !== undefined && isGone(holder)) {
      takeAway(file, holder);
      continue;
    }
    if (!told) process.stderr.write('Another setup is at work in this checkout; waiting for it …\n');
    told = true;
    if (Date.now() - started > GIVE_UP_MS) {
      throw new Trouble(
        `Another setup has held ${file} for a quarter of an hour. If none is running, remove that file.`,
      );
    }
    await wait(WAIT_MS);
  }
}

/** @param {string} file */
function create(file) {
  try {
    writeFileSync(file, `${process.pid} ${hostname()}`, { flag: 'wx' });
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    throw new Trouble(
      `Cannot write in this checkout (${code}). Make the folder your own (chown -R) or copy the checkout to a folder that is; if the disk is full or read-only, mend that first.`,
    );
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} holder "pid host", or "pid host pid"; empty in the instant between creation and write */
function isGone(holder) {
  const [pid, host, npm] = holder.split(' ');
  if (!pid || host !== hostname()) return false;
  return !isAlive(Number(pid)) && (npm === undefined || !isAlive(Number(npm)));
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * Moves the dead holder's lock aside; if in the meantime another process had replaced it, puts that one back.
 *
 * @param {string} file
 * @param {string} holder
 */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) === holder) rmSync(aside);
    else renameSync(aside, file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
