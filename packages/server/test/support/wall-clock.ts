import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/**
 * Sets the wall clock of one process as somebody sets a machine's: preload it into a program that is to be tested.
 *
 *     spawn(process.execPath, ['--import', wallClock.href, program], { env: { WALL_CLOCK_FILE: file } })
 *
 * The file holds by how many ms the clock is ahead (negative: behind); none is 0. It is read at the start and again at
 * each SIGUSR2, which is answered by writing what was read to `<file>.read`; `setWallClock` (set-wall-clock.ts) does
 * both. Only `Date` moves: `performance.now()`, timers, the uptime and the stamps of files go on as on a real machine,
 * whose kernel does not set those either (but for new stamps, which here stay right). Threads read the file when they
 * start.
 */
const RealDate = Date;
const realNow = RealDate.now;
const file = process.env['WALL_CLOCK_FILE'] ?? '';
let aheadMs = read();

RealDate.now = () => realNow() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(RealDate.now()).toString(),
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now()] : given, newTarget) as Date,
});
if (isMainThread) {
  process.on('SIGUSR2', () => {
    aheadMs = read();
    writeFileSync(`${file}.read`, String(aheadMs));
  });
}

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}
