/** An event as an `EventSource` dispatches it. */
export interface StreamEvent {
  type: string;
  data: string;
}

/** What a stream of bytes means. */
export interface Interpretation {
  events: StreamEvent[];
  /**
   * What a client sends as `Last-Event-ID` when it comes back, byte by byte; nothing after an empty id. HTTP drops spaces
   * and tabs around it.
   */
  cursor: string | undefined;
  /** The same of our client, which counts an id only if it is of visible ASCII. */
  ourCursor: string | undefined;
  /** The reconnection time, if a valid one was sent. */
  retryMs: number | undefined;
}

/**
 * What these bytes mean, step by step as in the standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). It needs all of them at
 * once, so it has none of the difficulties of a real parser; tests compare clients with it.
 */
export function interpret(bytes: Uint8Array): Interpretation {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  // What is not ended by a line break is no line.
  lines.pop();
  const seen: Interpretation = { events: [], cursor: undefined, ourCursor: undefined, retryMs: undefined };
  let data = '';
  let type = '';
  let id = '';
  let given: string | undefined;
  for (const line of lines) {
    if (line === '') {
      seen.cursor = headerOf(id);
      if (given !== undefined && /^[!-~]*$/.test(given)) seen.ourCursor = headerOf(given);
      given = undefined;
      if (data !== '') seen.events.push({ type: type || 'message', data: data.slice(0, -1) });
      data = '';
      type = '';
      continue;
    }
    const [field, value] = splitLine(line);
    if (field === 'event') type = value;
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'id' && !value.includes('\0')) id = given = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) seen.retryMs = Number.parseInt(value, 10);
  }
  return seen;
}

function splitLine(line: string): [field: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}

function headerOf(id: string): string | undefined {
  return id === ''
    ? undefined
    : Buffer.from(id)
        .toString('latin1')
        .replaceAll(/^[ \t]+|[ \t]+$/g, '');
}
