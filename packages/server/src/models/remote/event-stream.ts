import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { ExchangeError } from './http.ts';
import { parseJson } from './json-client.ts';

/** One event may be this long: logs are in it. */
const maxEventCharacters = 1024 * 1024;

/**
 * The JSON of each server-sent event of an answer, which is destroyed when the reader is done. What is not JSON is
 * passed over: it may be an event that does not exist yet.
 * @throws ExchangeError where the answer is no stream of events or breaks off
 */
export async function* readEvents(response: IncomingMessage): AsyncGenerator {
  try {
    const isStream = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
    if (response.statusCode !== 200 || !isStream) {
      throw new ExchangeError(`There is no stream of events (${response.statusCode})`, true);
    }
    yield* parseEvents(response as AsyncIterable<Buffer>);
  } finally {
    response.destroy();
  }
}

async function* parseEvents(source: AsyncIterable<Buffer>): AsyncGenerator {
  // A character may be cut in two by the end of a chunk.
  const decoder = new StringDecoder('utf8');
  const parsed: unknown[] = [];
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: ({ data }) => {
      const value = parseJson(data);
      if (value !== undefined) parsed.push(value);
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  try {
    for await (const chunk of source) {
      parser.feed(decoder.write(chunk));
      yield* parsed.splice(0);
    }
  } catch (error) {
    throw new ExchangeError('The stream of events was cut off', true, error);
  }
}
