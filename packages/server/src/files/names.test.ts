import { describe, expect, it } from 'vitest';
import { cleanFilename, contentDisposition, modelFilenames, previewFilename } from './names.ts';

describe('cleanFilename', () => {
  it.each([
    ['chair.png', 'chair.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\photos\\mug.jpg', 'mug.jpg'],
    ['a\u0000b\r\nc.png', 'abc.png'],
    ['photo\u202Egnp.exe', 'photognp.exe'],
    ['u\u0308ber.png', 'über.png'],
    ['..', 'photo'],
    ['', 'photo'],
    ['   ', 'photo'],
    ['\uD800.png', '\uFFFD.png'],
    ['日本語の写真.webp', '日本語の写真.webp'],
  ])('makes %j into %j', (sent, kept) => {
    expect(cleanFilename(sent)).toBe(kept);
  });

  it('bounds the length and keeps the extension', () => {
    const name = cleanFilename(`${'x'.repeat(1000)}.jpeg`);
    expect(name).toHaveLength(200);
    expect(name.endsWith('x.jpeg')).toBe(true);
    expect(cleanFilename('語'.repeat(100) + '.png')).toBe('語'.repeat(65) + '.png');
  });
});

describe('modelFilenames', () => {
  it('tells files of one name apart by their order, whatever the case and the extension', () => {
    const names = modelFilenames([
      { fileId: '2', filename: 'Chair.jpg' },
      { fileId: '1', filename: 'chair.png' },
      { fileId: '3', filename: 'chair-2.png' },
    ]);
    expect([...names]).toEqual([
      ['1', 'chair.glb'],
      ['2', 'Chair-2.glb'],
      ['3', 'chair-2-2.glb'],
    ]);
  });

  it('replaces what a file system or a link would stumble over', () => {
    expect(modelFilenames([{ fileId: '1', filename: 'a:b?c#d%20.png' }]).get('1')).toBe('a_b_c_d_20.glb');
  });
});

describe('previewFilename', () => {
  it('keeps the stem', () => {
    expect(previewFilename('chair-2.glb')).toBe('chair-2.webp');
  });
});

describe('contentDisposition', () => {
  it('gives an ASCII name and the true one, with no way out of the quotes', () => {
    expect(contentDisposition('attachment', `ü"b'.glb`)).toBe(
      `attachment; filename="__b'.glb"; filename*=UTF-8''%C3%BC%22b%27.glb`,
    );
  });
});
