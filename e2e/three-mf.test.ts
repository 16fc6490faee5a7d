import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { convertModel, generateModel } from '@image2model/mesh';
import { expect, test } from 'vitest';
import { setUpBrowser } from './support/set-up.ts';

const started = setUpBrowser();
/** The one that the pages use. */
const three = dirname(
  dirname(createRequire(join(import.meta.dirname, '../packages/web/package.json')).resolve('three')),
);

/** As much of three.js's objects as is looked at. */
interface Loader {
  parse(data: ArrayBuffer): { traverse(look: (object: { geometry?: Geometry }) => void): void };
}
interface Geometry {
  computeBoundingBox(): void;
  boundingBox: Record<'min' | 'max', Record<'x' | 'y' | 'z', number>> | null;
  index: { count: number } | null;
  getAttribute(name: string): { count: number; array: Iterable<number> } | undefined;
}
const origin = 'http://three.test';

test('three.js reads a 3MF in a browser: one object in millimetres, with the colours of its photo', async () => {
  const photo = await readFile(join(import.meta.dirname, '../packages/web/static/samples/teapot.jpg'));
  const { glb, statistics } = await generateModel(photo, { faceLimit: 2000 });
  const { bytes } = await convertModel(glb, '3mf', { sizeMm: 80 });
  const page = await started.browser.newPage();
  await page.route(`${origin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      const imports = { three: '/build/three.module.js', 'three/addons/': '/examples/jsm/' };
      const body = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">
        import { ThreeMFLoader } from 'three/addons/loaders/3MFLoader.js';
        globalThis.loader = new ThreeMFLoader();
      </script>`;
      return await route.fulfill({ contentType: 'text/html', body });
    }
    if (pathname === '/model.3mf') return await route.fulfill({ body: Buffer.from(bytes) });
    return await route.fulfill({ contentType: 'text/javascript', path: join(three, pathname) });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => 'loader' in globalThis);
  const read = await page.evaluate(async () => {
    const { loader } = globalThis as unknown as { loader: Loader };
    const group = loader.parse(await (await fetch('/model.3mf')).arrayBuffer());
    const geometries: Geometry[] = [];
    group.traverse(({ geometry }) => geometry && geometries.push(geometry));
    return geometries.map((geometry) => {
      geometry.computeBoundingBox();
      const { min, max } = geometry.boundingBox!;
      const colours = geometry.getAttribute('color');
      return {
        sides: [max.x - min.x, max.y - min.y, max.z - min.z],
        triangles: ((geometry.index ?? geometry.getAttribute('position'))?.count ?? 0) / 3,
        colours: new Set(colours?.array).size,
      };
    });
  });
  expect(read).toHaveLength(1);
  expect(Math.max(...read[0]!.sides)).toBeCloseTo(80, 3);
  expect(read[0]!.triangles).toBe(statistics.faces);
  expect(read[0]!.colours).toBeGreaterThan(100);
}, 180_000);
