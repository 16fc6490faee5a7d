import { encodeEvent, type ErrorCode, errorDefinitions, type TaskEvent } from '@image2model/protocol';

/** Answers in the server's place, by method and path below `/api/v1`; `*` stands for one part of a path. */
export type Wire = Readonly<Record<string, () => Response | Promise<Response>>>;

const realFetch = globalThis.fetch.bind(globalThis);

/**
 * Connects the page to `wire` alone, until the next call: requests to the API are answered from there, and an upload stays
 * on its way for ever, at 40 %.
 */
export function talkTo(wire: Wire): void {
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith('/api/v1/')) return await realFetch(input, init);
    const asked = `${request.method} ${pathname.slice('/api/v1'.length).replace(/\/$/, '')}`;
    const answer = Object.entries(wire).find(([pattern]) => matches(pattern, asked))?.[1];
    return (await answer?.()) ?? problem('NOT_FOUND', `The gallery has no answer to ${asked}`);
  };
  Object.assign(globalThis, { XMLHttpRequest: UnfinishedXhr });
}

/** An error as the server sends it. */
export function problem(code: ErrorCode, detail = errorDefinitions[code].title): Response {
  const { status, title } = errorDefinitions[code];
  const type = `/docs/errors#${code.toLowerCase()}`;
  const headers = { 'Content-Type': 'application/problem+json' };
  return Response.json({ type, title, status, detail, code, request_id: 'gallery' }, { status, headers });
}

/** No answer ever. */
export const never = (): Promise<Response> => new Promise(() => undefined);

/** No server at all. */
export const noServer = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));

/** A stream that sends `events`, and then stays open, closes as after an ending, or is lost for good. */
export function stream(events: readonly TaskEvent[], then: 'stay' | 'end' | 'break' = 'stay'): Wire[string] {
  let broken = false;
  return () => {
    if (broken) return noServer();
    broken = then === 'break';
    const text = `: hello\n\n${events.map(encodeEvent).join('')}`;
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        if (then === 'end') controller.close();
      },
      pull(controller) {
        if (then === 'break') controller.error(new TypeError('network error'));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

function matches(pattern: string, asked: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '[^/]+')}$`).test(asked);
}

/** Sends, and never arrives. */
class UnfinishedXhr extends EventTarget {
  readonly upload = new EventTarget();
  withCredentials = false;
  status = 0;
  responseText = '';
  open(): void {}
  setRequestHeader(): void {}
  getResponseHeader(): null {
    return null;
  }
  send(): void {
    const sent = { lengthComputable: true, loaded: 400_000, total: 1_000_000 };
    queueMicrotask(() => this.upload.dispatchEvent(new ProgressEvent('progress', sent)));
  }
  abort(): void {
    this.dispatchEvent(new ProgressEvent('abort'));
    this.dispatchEvent(new ProgressEvent('loadend'));
  }
}
