import { describe, expect, it } from 'vitest';
import { packGlb } from '../../../test/support/glb.ts';
import { inspectGlb } from './glb.ts';

function glb(document: unknown, change: (bytes: Buffer) => Buffer = (bytes) => bytes): Uint8Array {
  return new Uint8Array(change(packGlb(document)));
}

const document = {
  accessors: [{ count: 8 }, { count: 36 }, { count: 10 }],
  meshes: [
    { primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] },
    {
      primitives: [
        { attributes: { POSITION: 2 }, mode: 5 },
        { attributes: { POSITION: 0 }, mode: 1 },
      ],
    },
  ],
};

describe('a file from outside', () => {
  it('is a model with so many triangles and points', () => {
    expect(inspectGlb(glb(document))).toEqual({ kind: 'glb', faces: 12 + 8, vertices: 8 + 10 + 8 });
    expect(inspectGlb(glb({}))).toEqual({ kind: 'glb', faces: 0, vertices: 0 });
  });

  it('is cut off where its head promises more', () => {
    expect(inspectGlb(glb(document, (bytes) => bytes.subarray(0, -4)))).toEqual({ kind: 'cut' });
    expect(inspectGlb(Buffer.from('glTF'))).toEqual({ kind: 'cut' });
  });

  it.each([
    ['more bytes than it says', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)])],
    ['another version', (bytes: Buffer) => Buffer.from(bytes.fill(1, 4, 5))],
    ['a first chunk that is not JSON', (bytes: Buffer) => Buffer.from(bytes.fill(0, 16, 20))],
    ['JSON that cannot be read', (bytes: Buffer) => Buffer.from(bytes.fill(0xff, 24, 30))],
  ])('is broken with %s', (_, change) => {
    expect(inspectGlb(glb(document, change))).toEqual({ kind: 'broken' });
  });

  it('counts nothing for what is not there', () => {
    const odd = {
      accessors: [{ count: -5 }, { count: 'many' }],
      meshes: [{ primitives: [{ indices: 0 }, { indices: 9 }] }],
    };
    expect(inspectGlb(glb(odd))).toEqual({ kind: 'glb', faces: 0, vertices: 0 });
  });

  it.each([
    ['Kaydara FBX Binary  \0', 'FBX'],
    ['PK\u0003\u0004...', 'ZIP'],
    ['\n<!doctype html>', 'HTML'],
    ['{"detail":"gone"}', 'JSON'],
    ['# Blender\nv 0 0 0', 'OBJ'],
    ['', 'unknown'],
  ])('is told apart by its content (%j)', (text, kind) => {
    expect(inspectGlb(Buffer.from(text, 'latin1'))).toEqual({ kind });
  });
});
