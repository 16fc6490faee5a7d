import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import { passHead, passOn } from '../../../scripts/test/forwarder.ts';
import { hostile } from './hostile.ts';

const blockBytes = 4096;

/** As a scanner for viruses does: nothing before the last byte is there. */
export const holdsAll = hostile({ name: 'holds everything back until the end', holdsBack: true }, () => ({
  pass: inBlocks(Infinity),
}));

/** Its head comes at once, its bytes by the block. */
export const holdsBlocks = hostile({ name: `passes on blocks of ${blockBytes} bytes`, holdsBack: true }, () => ({
  pass: inBlocks(blockBytes),
}));

/** As mobile carriers and company proxies do it, without a flush. */
export const compressesAll = hostile({ name: 'compresses everything', holdsBack: true }, () => ({ pass: compress }));

/** The same, by the rules: what says `no-transform` is left alone. */
export const compressesAllowed = hostile({ name: 'compresses everything but no-transform' }, () => ({
  pass: (from, to) => {
    if (from.headers['cache-control']?.includes('no-transform') === true) passOn(from, to);
    else compress(from, to);
  },
}));

function compress(from: IncomingMessage, to: ServerResponse): void {
  passHead(from, to, { 'content-encoding': 'gzip' });
  from.pipe(createGzip()).pipe(to);
}

function inBlocks(size: number) {
  return (from: IncomingMessage, to: ServerResponse): void => {
    passHead(from, to);
    let waiting = Buffer.alloc(0);
    from.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      const whole = Number.isFinite(size) ? waiting.length - (waiting.length % size) : 0;
      if (whole > 0) to.write(waiting.subarray(0, whole));
      waiting = waiting.subarray(whole);
    });
    from.once('end', () => to.end(waiting));
  };
}
