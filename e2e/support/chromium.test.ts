import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { launchBrowser } from './chromium.ts';

test('a browser starts, reads a page over loopback and draws with WebGL', async () => {
  const server = createServer((_request, response) => response.end('<title>Hello</title><canvas></canvas>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await page.title()).toBe('Hello');
    const colour = await page.evaluate(() => {
      const gl = document.querySelector('canvas')?.getContext('webgl2');
      gl?.clearColor(0, 1, 0, 1);
      gl?.clear(gl.COLOR_BUFFER_BIT);
      const pixel = new Uint8Array(4);
      gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      return [...pixel];
    });
    expect(colour).toEqual([0, 255, 0, 255]);
    // A browser without any font dies on the first word.
    await page.setContent(`<p style="font-family: system-ui">Hello … ✓ 漢字</p>`);
    expect(await page.textContent('p')).toContain('Hello');
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
