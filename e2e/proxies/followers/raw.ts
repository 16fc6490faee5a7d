import { connect } from 'node:http2';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { createFollower, streamUrl } from './follower.ts';
import type { EventType, Follower, Target } from './follower.ts';

/** What a client waits that knows nothing better, in ms. */
const againMs = 200;

/** As `curl -N` reads it, in a loop: the bytes of one connection after another, each with the id of the last event. */
export function followRaw(target: Target): Follower[] {
  return [follow(openHttp1, target)];
}

/** The same over HTTP/2; nothing where the proxy is not asked for it. */
export function followRawHttp2(target: Target): Follower[] {
  return target.url.startsWith('https:') || target.cleartextHttp2 === true ? [follow(openHttp2, target)] : [];
}

function follow(open: typeof openHttp1, target: Target): Follower {
  const [taskId] = target.tasks;
  const follower = createFollower(taskId);
  const url = new URL(streamUrl(target, taskId));
  let lastId: string | undefined;
  const read = async (): Promise<void> => {
    const { body, close } = open(url, lastId);
    const onEvent = ({ id, event, data }: EventSourceMessage): void => {
      lastId = id;
      follower.record(event as EventType, data);
    };
    const parser = createParser({ onEvent });
    try {
      for await (const text of await body) parser.feed(text as string);
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      // A connection that breaks is opened again.
    }
    close();
  };
  const loop = async (): Promise<void> => {
    while (follower.endings === 0) {
      await read();
      await sleep(againMs);
    }
  };
  loop().catch(follower.fail);
  return follower;
}

/** An answer that is no stream. */
class RefusedError extends Error {}

interface Opened {
  /** Text as it comes in. */
  body: Promise<Readable>;
  close: () => void;
}

function openHttp1(url: URL, lastId: string | undefined): Opened {
  const ask = url.protocol === 'https:' ? requestTls : requestPlain;
  const headers = { 'accept-encoding': 'gzip', ...cursor(lastId) };
  const request = ask(url, { agent: false, headers });
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  request.once('error', reject);
  request.once('response', (response) => {
    const { 'content-type': type, 'content-encoding': encoding } = response.headers;
    if (response.statusCode !== 200) reject(new RefusedError(`${response.statusCode}`));
    else if (type !== 'text/event-stream') reject(new RefusedError(type));
    else
      resolve(
        encoding === 'gzip' ? response.compose(createGunzip()).setEncoding('utf8') : response.setEncoding('utf8'),
      );
  });
  request.end();
  return { body: promise, close: () => void request.destroy() };
}

function openHttp2(url: URL, lastId: string | undefined): Opened {
  const session = connect(url);
  const stream = session.request({ ':path': url.pathname + url.search, ...cursor(lastId) });
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  session.once('error', reject);
  stream.once('error', reject);
  stream.once('response', ({ ':status': status }) => {
    if (status === 200) resolve(stream.setEncoding('utf8'));
    else reject(new RefusedError(`${status}`));
  });
  stream.end();
  return { body: promise, close: () => session.destroy() };
}

function cursor(lastId: string | undefined): Record<string, string> {
  return lastId === undefined ? {} : { 'last-event-id': lastId };
}
