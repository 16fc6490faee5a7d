/** As much of it as the tests use. */
declare module 'event-source-polyfill' {
  export class EventSourcePolyfill extends EventTarget {
    constructor(url: string, options?: { heartbeatTimeout?: number });
    readonly readyState: number;
    close(): void;
  }
}
