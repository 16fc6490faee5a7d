import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../log.ts';

/** The built pages: a directory that the server hands out as it is. */
export interface Pages {
  /** Absolute; undefined where the pages were not built. */
  directory: string | undefined;
  /** The HTML files by their routes, as Fastify writes these. */
  routes: ReadonlyMap<string, string>;
  /** What the policy has to name so that the pages' inline scripts may run. */
  scriptHashes: string[];
}

/** The page of a lasting link, which `shared-page.ts` serves. */
export const sharedPageRoute = '/shared/:token';

/** What a browser gets for an address that is none of the pages'. */
const missing = '404.html';

/** Reads what has to be known of the built pages before the first request. */
export async function readPages(directory: string): Promise<Pages> {
  const names = await readdir(directory, { recursive: true }).catch((): string[] => []);
  const pages = names.filter((name) => name.endsWith('.html'));
  if (!pages.includes(missing)) return { directory: undefined, routes: new Map(), scriptHashes: [] };
  const texts = await Promise.all(pages.map(async (name) => await readFile(join(directory, name), 'utf8')));
  const routes = new Map(pages.filter((name) => name !== missing).map((name) => [routeOf(name), name]));
  return { directory, routes, scriptHashes: [...new Set(texts.flatMap(inlineScriptHashes))] };
}

/** Hands out the files of the pages, each HTML file at the route that it is for. */
export async function servePages(app: FastifyInstance, { directory, routes }: Pages): Promise<void> {
  if (directory === undefined) {
    app.get('/', { schema: { hide: true } }, async (_, reply) => await reply.type('text/html').send(notBuilt));
    return;
  }
  const immutable = `${sep}immutable${sep}`;
  await app.register(staticFiles, {
    root: directory,
    // Routes are made of the files that are there, so no request can name another one.
    wildcard: false,
    globIgnore: ['**/*.html'],
    index: false,
    preCompressed: true,
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply, path) => {
      // Names of immutable files hold a hash of what is in them.
      const forever = path.includes(immutable);
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const [route, name] of routes) {
    if (route === sharedPageRoute) continue;
    app.get(route, { schema: { hide: true } }, async (_, reply) => await reply.sendFile(name));
  }
}

/** Answers a browser that asks for a page that there is not with the page that says so. Says whether it did. */
export async function answerPage(pages: Pages, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  if (pages.directory === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const path = pathOf(request.url);
  // What has an extension is a file that is missing; what is under /api was meant for the API.
  if (/^\/(api|docs)(\/|$)/.test(path) || /\.\w+$/.test(path)) return false;
  if (!request.headers.accept?.includes('text/html')) return false;
  await reply.code(404).sendFile(missing);
  return true;
}

/** `results/[jobId].html` is for `/results/:jobId`, `index.html` for `/`. */
function routeOf(name: string): string {
  const path = name.replace(/\.html$/, '').replace(/^index$/, '');
  return `/${path.replaceAll(sep, '/').replaceAll(/\[(\w+)\]/g, ':$1')}`;
}

function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [...scripts].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>image2model</title>
<p>The server works, but its pages are not built: run <code>npm run build:web</code> and start it again.</p>
<p>The API is described at <a href="/docs">/docs</a>.</p></html>`;
