/* oxlint-disable vitest/no-conditional-in-test -- what is not installed is skipped */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logo, noise } from '../../test/pictures.ts';
import { convertModel, generateModel } from '../index.ts';
import type { GeneratedModel } from '../index.ts';

const run = promisify(execFile);
const isThere = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const lib3mf = 'import ctypes; ctypes.CDLL("lib3MF.so.1")';
const reader = resolve(import.meta.dirname, '../../test/read-3mf.py');

let directory: string;
const made = new Map<string, GeneratedModel>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'image2model-print-'));
  // One of several solids, and one that lies on its back.
  made.set('logo', await generateModel(await logo(300), { faceLimit: 4000, shape: 'round' }));
  made.set('relief', await generateModel(await noise(160, 120), { faceLimit: 4000 }));
  for (const [name, { glb }] of made) {
    for (const format of ['3mf', 'stl'] as const) {
      const { bytes } = await convertModel(glb, format, { sizeMm: 60 });
      await writeFile(join(directory, `${name}.${format}`), bytes);
    }
  }
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(!isThere('prusa-slicer', '--help'))('PrusaSlicer', () => {
  it.each(['logo.3mf', 'logo.stl', 'relief.3mf', 'relief.stl'])(
    'finds %s to be what its statistics say',
    async (file) => {
      const { statistics } = made.get(file.split('.')[0]!)!;
      const { stdout } = await run('prusa-slicer', ['--info', join(directory, file)]);
      const facts = Object.fromEntries(
        [...stdout.matchAll(/^(\w+) =\s+(\S+)$/gm)].map(([, key, value]) => [key, value]),
      );
      expect(facts).toMatchObject({
        manifold: 'yes',
        number_of_facets: String(statistics.faces),
        number_of_parts: String(statistics.parts),
      });
      const { width, height, depth } = statistics;
      // A relief lies, a solid stands.
      const sides = file.startsWith('relief') ? [width, height, depth] : [width, depth, height];
      const scale = 60 / Math.max(...sides);
      for (const [axis, side] of sides.entries()) {
        expect(Number(facts[`size_${'xyz'[axis]}`])).toBeCloseTo(side * scale, 2);
      }
      expect(Number(facts['volume']) / (statistics.volume! * scale ** 3)).toBeCloseTo(1, 3);
    },
  );

  it('makes instructions for a printer of a 3MF', async () => {
    const output = join(directory, 'logo.gcode');
    await run('prusa-slicer', ['--export-gcode', '-o', output, join(directory, 'logo.3mf')]);
    expect(await readFile(output, 'utf8')).toMatch(/^G1 X.* E/m);
  }, 120_000);
});

describe.skipIf(!isThere('python3', '-c', lib3mf))('lib3mf, the reference implementation', () => {
  it.each(['logo', 'relief'])('reads the 3MF of a %s, in its strict mode, without a warning', async (name) => {
    const { faces: triangles, vertices } = made.get(name)!.statistics;
    const { stdout } = await run('python3', [reader, join(directory, `${name}.3mf`)]);
    expect(JSON.parse(stdout)).toEqual({ warnings: [], manifold: true, triangles, vertices });
  });
});

describe.skipIf(!isThere('admesh', '--version'))('ADMesh', () => {
  it.each(['logo', 'relief'])('has nothing to mend of the STL of a %s', async (name) => {
    const { stdout } = await run('admesh', [join(directory, `${name}.stl`)]);
    expect(stdout).toMatch(/Total disconnected facets\s*:\s+0\s+0/);
    for (const fault of ['Degenerate facets', 'Edges fixed', 'Facets removed', 'Facets added', 'Facets reversed']) {
      expect(stdout).toMatch(new RegExp(`${fault}\\s*:\\s+0`));
    }
    expect(stdout).toMatch(new RegExp(`Number of parts\\s*:\\s+${made.get(name)!.statistics.parts} `));
  });
});
