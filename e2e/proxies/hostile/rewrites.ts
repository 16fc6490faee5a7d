import type { IncomingMessage, ServerResponse } from 'node:http';
import { passHead } from '../../../scripts/test/forwarder.ts';
import { hostile } from './hostile.ts';

/** Each byte travels alone, so that characters and line ends are torn apart. */
export const crumbles = hostile({ name: 'passes on each byte alone' }, () => ({
  pass(from, to) {
    passHead(from, to);
    from.on('data', (bytes: Buffer) => {
      for (const byte of bytes) to.write(Buffer.of(byte));
    });
    from.once('end', () => to.end());
  },
}));

/** Line feeds become CRLF, as in transfers by text. */
export const rewritesLines = hostile({ name: 'rewrites LF to CRLF' }, () => ({
  pass: (from, to) => passText(from, to, (text) => text.replaceAll('\n', '\r\n')),
}));

/** No heartbeat and no opening comment arrives. */
export const dropsComments = hostile({ name: 'drops comments' }, () => ({
  pass: (from, to) => passText(from, to, (text) => text.replaceAll(/^:.*\n\n?/gm, '')),
}));

const portal = '<!doctype html><title>Welcome</title><form>Accept the terms to go online.</form>';

/** How many requests meet the page of a captive portal before somebody has accepted its terms. */
const portalAnswers = 6;

/** A hotel's network: its page in place of the first streams, with the status of success. */
export const captivePortal = hostile({ name: "answers with a captive portal's page first", endsOthers: true }, () => {
  let left = portalAnswers;
  return {
    answer(response) {
      left -= 1;
      if (left < 0) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end(portal);
      return true;
    },
  };
});

function passText(from: IncomingMessage, to: ServerResponse, change: (text: string) => string): void {
  passHead(from, to);
  // The server writes whole events.
  from.setEncoding('utf8').on('data', (text: string) => to.write(change(text)));
  from.once('end', () => to.end());
}
