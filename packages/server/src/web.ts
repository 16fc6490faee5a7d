import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './log.ts';

/** The built pages: a directory that the server hands out as it is. */
export interface Pages {
  /** Absolute; undefined where the pages were not built. */
  directory: string | undefined;
  /** What the policy has to name so that the pages' inline scripts may run. */
  scriptHashes: string[];
}

/** The page that every address within the app gets; it looks at the address itself. */
const fallback = 'index.html';

/** Reads what has to be known of the built pages before the first request. */
export async function readPages(directory: string): Promise<Pages> {
  const names = await readdir(directory, { recursive: true }).catch((): string[] => []);
  if (!names.includes(fallback)) return { directory: undefined, scriptHashes: [] };
  const pages = names.filter((name) => name.endsWith('.html'));
  const texts = await Promise.all(pages.map(async (name) => await readFile(join(directory, name), 'utf8')));
  return { directory, scriptHashes: [...new Set(texts.flatMap(inlineScriptHashes))] };
}

/** Hands out the files of the pages. */
export async function servePages(app: FastifyInstance, { directory }: Pages): Promise<void> {
  if (directory === undefined) {
    app.get('/', { schema: { hide: true } }, async (_, reply) => await reply.type('text/html').send(notBuilt));
    return;
  }
  const immutable = `${sep}immutable${sep}`;
  await app.register(staticFiles, {
    root: directory,
    // Routes are made of the files that are there, so no request can name another one.
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply, path) => {
      // Names of immutable files hold a hash of what is in them.
      const forever = path.includes(immutable);
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** Answers an address within the app, which is no file, with the app. Says whether it did. */
export async function answerPage(pages: Pages, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  if (pages.directory === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const path = pathOf(request.url);
  // What has an extension is a file that is missing; what is under /api was meant for the API.
  if (/^\/(api|docs)(\/|$)/.test(path) || /\.\w+$/.test(path)) return false;
  if (!request.headers.accept?.includes('text/html')) return false;
  reply.header('cache-control', 'no-cache');
  await reply.sendFile(fallback);
  return true;
}

function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [...scripts].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>image2model</title>
<p>The server works, but its pages are not built: run <code>npm run build:web</code> and start it again.</p>
<p>The API is described at <a href="/docs">/docs</a>.</p></html>`;
