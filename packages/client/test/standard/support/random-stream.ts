import fc from 'fast-check';

/** What streams are made of, and what comes close to it. */
const token = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\n\r\n') },
  {
    weight: 5,
    arbitrary: fc.constantFrom('data:', 'data', 'event:', 'event', 'id:', 'id', 'retry:', ':', ' ', 'data: ', 'id: '),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('DATA:', 'dat', 'a:', 'i', 'd', 'retr', '\0', '\u{2028}', '\t', '\u{FEFF}', 'Data: 1'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
);
const start = fc.constantFrom('', '', '', '\u{FEFF}', '\u{FEFF}\u{FEFF}', 'ï»¿');
const text = fc.array(token, { maxLength: 60 }).map((tokens) => Buffer.from(tokens.join('')));
const raw = fc.uint8Array({ maxLength: 20 });
const part = fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: raw });

/** Bytes that a server might send as an event stream: most mean something, many nearly do, some are no UTF-8. */
export const streamBytes = fc
  .tuple(start, fc.array(part, { maxLength: 4 }))
  .map(([first, parts]) => Buffer.concat([Buffer.from(first), ...parts]));
