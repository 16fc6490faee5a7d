import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertModel, generateModel } from '@image2model/mesh';
import type { BufferAttribute, Group, Mesh } from 'three';
import { expect, test } from 'vitest';
import { setUpBrowser } from './support/set-up.ts';

const started = setUpBrowser();
const three = dirname(dirname(fileURLToPath(import.meta.resolve('three'))));
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
    const { loader } = globalThis as unknown as { loader: { parse(data: ArrayBuffer): Group } };
    const group = loader.parse(await (await fetch('/model.3mf')).arrayBuffer());
    const meshes: Mesh[] = [];
    group.traverse((object) => 'geometry' in object && meshes.push(object as Mesh));
    return meshes.map(({ geometry }) => {
      geometry.computeBoundingBox();
      const { min, max } = geometry.boundingBox!;
      const colours = geometry.getAttribute('color') as BufferAttribute | undefined;
      return {
        sides: [max.x - min.x, max.y - min.y, max.z - min.z],
        triangles: (geometry.index ?? geometry.getAttribute('position')).count / 3,
        colours: new Set(colours?.array).size,
      };
    });
  });
  expect(read).toHaveLength(1);
  expect(Math.max(...read[0]!.sides)).toBeCloseTo(80, 3);
  expect(read[0]!.triangles).toBe(statistics.faces);
  expect(read[0]!.colours).toBeGreaterThan(100);
}, 120_000);
