/** An event as an `EventSource` dispatches it; `id` is its `lastEventId`. */
export interface StreamEvent {
  type: string;
  data: string;
  id: string;
}

/** What a stream of bytes means. */
export interface Interpretation {
  events: StreamEvent[];
  /** What a client sends as `Last-Event-ID` when it comes back; empty: nothing. */
  lastEventId: string;
  /** The reconnection time, if a valid one was sent. */
  retryMs: number | undefined;
}

/**
 * What these bytes mean, step by step as in the standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). It needs all of them at
 * once, so it has none of the difficulties of a real parser; tests compare clients with it. With `idNeedsData` an id counts
 * only with the data of its event, as in our client.
 */
export function interpret(bytes: Uint8Array, { idNeedsData = false } = {}): Interpretation {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  // What is not ended by a line break is no line.
  lines.pop();
  const seen: Interpretation = { events: [], lastEventId: '', retryMs: undefined };
  let data = '';
  let type = '';
  let id = '';
  for (const line of lines) {
    if (line === '') {
      if (data === '' && idNeedsData) id = seen.lastEventId;
      seen.lastEventId = id;
      if (data !== '') seen.events.push({ type: type || 'message', data: data.slice(0, -1), id });
      data = '';
      type = '';
      continue;
    }
    const [field, value] = splitLine(line);
    if (field === 'event') type = value;
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'id' && !value.includes('\0')) id = value;
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
