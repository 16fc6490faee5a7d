/**
 * Bytes from 0 to 255 as a PNG: grey, or with 2 channels grey and alpha. Not by a canvas: browsers that guard against
 * fingerprinting change what is read from one.
 */
export async function encodePng(pixels: Uint8Array, width: number, height: number, channels: 1 | 2): Promise<Blob> {
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  // Each row begins with its filter, none.
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')));
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, channels === 1 ? 0 : 4], 8);
  const parts = [chunk('IHDR', head), chunk('IDAT', new Uint8Array(await packed.arrayBuffer())), chunk('IEND')];
  return new Blob([signature, ...parts], { type: 'image/png' });
}

/** Coverage, 0 to 1, as a mask: white is kept. */
export async function maskPng(coverage: Float32Array, width: number, height: number): Promise<Blob> {
  const grey = Uint8Array.from(coverage, (c) => Math.round(255 * c));
  return await encodePng(grey, width, height, 1);
}

/** The opposite of a coverage as an alpha channel: what covers a photo so that the object alone is seen. */
export async function veilPng(coverage: Float32Array, width: number, height: number): Promise<Blob> {
  const pixels = new Uint8Array(2 * coverage.length);
  for (let i = 0; i < coverage.length; i++) pixels[2 * i + 1] = Math.round(255 * (1 - coverage[i]!));
  return await encodePng(pixels, width, height, 2);
}

const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return ~crc >>> 0;
}
