import type { IncomingMessage, ServerResponse } from 'node:http';
import { passHead } from '../../../scripts/test/forwarder.ts';
import { hostile } from './hostile.ts';

const [cutBytes, cutMs] = [5000, 1500];

/** Breaks each connection in the middle of its bytes. */
export const cutAfterBytes = hostile({ name: `cuts each connection after ${cutBytes} bytes` }, () => ({
  pass: upTo(cutBytes, (to) => to.destroy()),
}));

/** Breaks each connection, whatever it is doing. */
export const cutAfterTime = hostile({ name: `cuts each connection after ${cutMs} ms` }, () => ({ pass: cutLater }));

/** The same, and nobody who comes back can say what he has seen. */
export const forgetsCursor = hostile(
  { name: `cuts each connection after ${cutMs} ms and strips Last-Event-ID`, forgetsCursor: true },
  () => ({ strips: 'last-event-id', pass: cutLater }),
);

/** Passes nothing on any more without a word, as a router does that has forgotten a connection, and drops it later. */
export const swallows = hostile({ name: `swallows what comes after ${cutBytes} bytes` }, () => ({
  pass: upTo(cutBytes, (to) => {
    const timer = setTimeout(() => to.destroy(), 2000);
    to.once('close', () => clearTimeout(timer));
  }),
}));

function cutLater(from: IncomingMessage, to: ServerResponse): void {
  passHead(from, to);
  from.on('data', (bytes) => to.write(bytes));
  const timer = setTimeout(() => to.destroy(), cutMs);
  to.once('close', () => clearTimeout(timer));
  from.once('end', () => to.end());
}

function upTo(limit: number, atLimit: (to: ServerResponse) => void) {
  return (from: IncomingMessage, to: ServerResponse): void => {
    passHead(from, to);
    let left = limit;
    from.on('data', (bytes: Buffer) => {
      if (left <= 0) return;
      const last = bytes.length >= left;
      to.write(bytes.subarray(0, left), () => last && atLimit(to));
      left -= bytes.length;
    });
    from.once('end', () => left > 0 && to.end());
  };
}
