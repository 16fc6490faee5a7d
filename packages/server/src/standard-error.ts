import { write, writeSync } from 'node:fs';
import process from 'node:process';
import type { DestinationStream } from 'pino';
import { errnoOf } from './files/errno.ts';

/** How long a line may wait for more, in ms, and after how many characters they leave at once. */
const gatherMs = 20;
const maxGathered = 65_536;
/** So many characters wait at most for whoever reads them; what comes then is lost, rather than the server. */
const maxWaiting = 16_777_216;
/** So often an exit tries again, {@link gatherMs} apart, where the reader is behind. */
const maxLastTries = 50;

/**
 * Writes lines together: each write goes through the thread pool, which is an eighth of what opening a stream costs. What
 * cannot be written, because the disk that it goes to is full, is lost: that is no reason to stop, nor to go on once the
 * process is asked to end. A process that exits writes what it has.
 */
export function standardError(): DestinationStream {
  // A pipe does not wait for its reader once `process.stderr` was there: whoever stops reading holds no thread.
  const { fd } = process.stderr;
  let lines = '';
  let leaving: Uint8Array = new Uint8Array();
  let timer: NodeJS.Timeout | undefined;
  /** Whether the last line was cut off, and the next one needs an end of it before. */
  let isTorn = false;

  function leave(): void {
    clearTimeout(timer);
    timer = undefined;
    if (leaving.length === 0) leaving = take();
    if (leaving.length > 0) write(fd, leaving, onWritten);
  }

  function take(): Uint8Array {
    const bytes = Buffer.from(isTorn && lines !== '' ? `\n${lines}` : lines);
    if (lines !== '') isTorn = false;
    lines = '';
    return bytes;
  }

  function onWritten(error: Error | null, written: number): void {
    if (error === null) {
      isTorn = written < leaving.length;
      leaving = leaving.subarray(written);
    } else if (errnoOf(error) === 'EAGAIN') {
      timer = setTimeout(leave, gatherMs).unref();
      return;
    } else {
      leaving = new Uint8Array();
    }
    if (leaving.length > 0 || lines !== '') leave();
  }

  process.on('exit', () => {
    // Else it is in the hands of the thread pool, which writes it before it ends.
    if (timer !== undefined) writeLast(fd, leaving);
    writeLast(fd, take());
  });
  return {
    write(line) {
      if (lines.length > maxWaiting) return;
      lines += line;
      if (leaving.length > 0) return;
      if (lines.length > maxGathered) leave();
      else timer ??= setTimeout(leave, gatherMs).unref();
    },
  };
}

function writeLast(fd: number, bytes: Uint8Array): void {
  let left = bytes;
  for (let tries = 0; left.length > 0 && tries < maxLastTries;) {
    try {
      left = left.subarray(writeSync(fd, left));
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') return;
      tries += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, gatherMs);
    }
  }
}
