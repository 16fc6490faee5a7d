/** A binary glTF (glTF 2.0, 4.4): a header, the document as JSON, and a binary chunk where there are bytes for one. */
export function packGlb(document: unknown, binary?: Uint8Array): Buffer {
  const text = JSON.stringify(document);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4));
  const body = Buffer.concat([chunk('JSON', json), ...(binary === undefined ? [] : [chunk('BIN\0', binary)])]);
  const head = Buffer.alloc(12);
  head.write('glTF', 0, 'latin1');
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(head.length + body.length, 8);
  return Buffer.concat([head, body]);
}

function chunk(type: string, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(bytes.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, bytes]);
}
