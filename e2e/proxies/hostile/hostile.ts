import type { IncomingMessage, ServerResponse } from 'node:http';
import { passOn, startForwarder } from '../../../scripts/test/forwarder.ts';
import type { Proxy } from '../support/proxy.ts';

/** How a proxy of our own treats the streams that go through it. Everything else it passes on as it is. */
interface StreamTreatment {
  /** A header of the request that does not reach the server. */
  strips?: string;
  /** Answers in place of the server, where it returns true. */
  answer?: (response: ServerResponse) => boolean;
  /** Passes a stream on in its own way; by default as it comes. */
  pass?: (from: IncomingMessage, to: ServerResponse) => void;
}

type Expected = Pick<Proxy, 'name' | 'holdsBack' | 'forgetsCursor' | 'endsOthers'>;

/** A proxy of our own; each one that is started is treated anew. */
export function hostile(expected: Expected, treatment: () => StreamTreatment): Proxy {
  return {
    ...expected,
    async start({ host }) {
      const { strips, answer, pass = passOn } = treatment();
      return await startForwarder(`http://${host}`, {
        strips: (request) => (isStream(request) ? strips : undefined),
        answer: (request, response) => isStream(request) && answer?.(response) === true,
        pass: (request, from, to) => (isStream(request) && from.statusCode === 200 ? pass : passOn)(from, to),
      });
    },
  };
}

const isStream = ({ url = '' }: IncomingMessage): boolean => url.includes('/stream');
