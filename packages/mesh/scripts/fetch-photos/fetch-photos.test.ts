import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { kindOf } from './classify.ts';
import { licenceOf, readLicences } from './licences.ts';
import { readQtResources } from './qt-resources.ts';

test('Qt resources are read, packed ones too', () => {
  const name = (text: string): Buffer => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(text.length);
    return Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]);
  };
  const numbers = (...parts: [number, 2 | 4][]): Buffer =>
    Buffer.concat(parts.map(([value, size]) => Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex')));
  const content = (bytes: Buffer): Buffer => Buffer.concat([numbers([bytes.length, 4]), bytes]);
  const [names, plain] = [Buffer.concat([name('images'), name('a.webp'), name('b.webp')]), content(Buffer.from('one'))];
  const packed = content(Buffer.concat([numbers([3, 4]), deflateSync('two')]));
  const second = name('images').length;
  const tree = Buffer.concat([
    numbers([0, 4], [2, 2], [1, 4], [1, 4]),
    numbers([0, 4], [2, 2], [2, 4], [2, 4]),
    numbers([second, 4], [0, 2], [0, 4], [0, 4]),
    numbers([second + name('a.webp').length, 4], [1, 2], [0, 4], [plain.length, 4]),
  ]);
  const data = 20 + tree.length;
  const head = numbers([1, 4], [20, 4], [data, 4], [data + plain.length + packed.length, 4]);
  const files = readQtResources(Buffer.concat([Buffer.from('qres'), head, tree, plain, packed, names]));
  expect(files.map(({ path, bytes }) => `${path} ${bytes.toString()}`)).toEqual([
    'images/a.webp one',
    'images/b.webp two',
  ]);
  expect(() => readQtResources(Buffer.from('something else entirely'))).toThrow('not a Qt resource');
});

test('the last paragraph of a copyright file that matches counts', () => {
  const licences = readLicences(
    'Format: x\n\nFiles: *\nCopyright: A\nLicense: GPL-2\n\nFiles: data/cat.png\n data/d?g*\nCopyright: B\nLicense: CC0-1.0\n text\n',
  );
  expect(licenceOf('usr/share/x/data/cat.png', licences)).toBe('CC0-1.0');
  expect(licenceOf('usr/share/x/data/dogs/a.png', licences)).toBe('CC0-1.0');
  expect(licenceOf('usr/share/x/cat.png', licences)).toBe('GPL-2');
  expect(licenceOf('a.png', readLicences('free text'))).toBe('see the copyright file');
});

test('noise is a photo, one colour a drawing, and what has transparent ground a cut-out', () => {
  const picture = (rgba: (i: number) => number[]): Uint8Array =>
    Uint8Array.from(Array.from({ length: 64 * 64 }, (_, i) => rgba(i)).flat());
  const noise = (i: number): number => (i * 7919) % 251;
  expect(
    kindOf(
      picture((i) => [noise(i), noise(i + 1), 90, 255]),
      64,
    ),
  ).toBe('photo');
  expect(
    kindOf(
      picture(() => [200, 30, 30, 255]),
      64,
    ),
  ).toBe('drawing');
  expect(
    kindOf(
      picture((i) => [noise(i), noise(i + 1), 90, i % 64 < 20 ? 0 : 255]),
      64,
    ),
  ).toBe('cutout');
});
