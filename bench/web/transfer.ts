import { gzipSync } from 'node:zlib';
import type { Browser, Request } from 'playwright-core';

/** What a first visit fetches. Bytes. */
export interface Transfer {
  scripts: number;
  /** Of JavaScript, to a browser that takes gzip and nothing better. */
  scriptGzip: number;
  /** Of JavaScript, as this browser got it. */
  scriptSent: number;
  /** Of everything. */
  allSent: number;
}

/** Opens a page for the first time and adds up what came over the network until nothing more came. */
export async function measureTransfer(browser: Browser, url: string): Promise<Transfer> {
  const page = await browser.newPage();
  const sum: Transfer = { scripts: 0, scriptGzip: 0, scriptSent: 0, allSent: 0 };
  const scripts: string[] = [];
  const waits: Promise<void>[] = [];
  page.on('requestfinished', (request) => void (request.url().startsWith('http') && waits.push(count(request))));
  await page.goto(url, { waitUntil: 'networkidle' });
  await Promise.all(waits);
  await page.close();
  sum.scripts = scripts.length;
  for (const script of scripts) sum.scriptGzip += await gzipSize(script);
  return sum;

  async function count(request: Request): Promise<void> {
    const { responseBodySize } = await request.sizes();
    sum.allSent += responseBodySize;
    if (request.resourceType() !== 'script') return;
    sum.scriptSent += responseBodySize;
    scripts.push(request.url());
  }
}

/** Bytes of a file's body on the wire. `fetch` unpacks what it gets, so what is sent packed is packed once more. */
async function gzipSize(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  const length = answer.headers.get('content-length');
  const body = new Uint8Array(await answer.arrayBuffer());
  if (answer.headers.get('content-encoding') === 'gzip' && length !== null) return Number(length);
  return answer.headers.get('content-encoding') === 'gzip' ? gzipSync(body).length : body.length;
}
