import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [number, number, number];

/** A small picture of a disc on white that every decoder accepts. */
export function disc(size: number, colour: Colour, name = `disc-${colour.join('-')}.png`): File {
  const isInside = (x: number, y: number) => Math.hypot(x - size / 2, y - size / 2) < size * 0.35;
  return paint(name, size, size, (x, y) => (isInside(x, y) ? colour : [255, 255, 255]));
}

/** A mask that keeps the upper half of a picture's middle. */
export function halfMask(width: number, height = width, name = 'half.mask.png'): File {
  const isKept = (x: number, y: number) => y > height * 0.15 && y < height / 2 && x > width * 0.2 && x < width * 0.8;
  return paint(name, width, height, (x, y) => (isKept(x, y) ? [255, 255, 255] : [0, 0, 0]));
}

function paint(name: string, width: number, height: number, colourAt: (x: number, y: number) => Colour): File {
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.set(colourAt(x, y), y * row + 1 + x * 3);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))];
  return new File([new Uint8Array(Buffer.concat([signature, ...chunks]))], name, { type: 'image/png' });
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
