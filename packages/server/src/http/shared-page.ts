import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Guard } from '../auth/guard.ts';
import type { OpenShare, Shares } from '../auth/shares.ts';
import { previewFilename } from '../files/names.ts';
import { baseUrlOf } from './base-url.ts';
import { ApiError } from './errors.ts';
import type { Pages } from './pages.ts';
import { sharedPageRoute } from './pages.ts';
import { finishedModels } from './routes/job-files.ts';
import { sharedPath } from './routes/shared.ts';

interface SharedPageOptions {
  pages: Pages;
  guard: Guard;
  shares: Shares;
  publicUrl: string | null;
}

/**
 * The page of a lasting link. What messengers and other previews show of it stands in the HTML, since they run no scripts.
 * With `embed=1` any page may frame it: it then shows the models alone, and nothing in it leads to another page of ours.
 */
export async function serveSharedPage(app: FastifyInstance, options: SharedPageOptions): Promise<void> {
  const { pages, guard, shares, publicUrl } = options;
  const name = pages.routes.get(sharedPageRoute);
  if (pages.directory === undefined || name === undefined) return;
  const html = await readFile(join(pages.directory, name), 'utf8');
  app.get<{ Params: { token: string }; Querystring: { embed?: unknown } }>(
    sharedPageRoute,
    { config: { access: 'public' }, schema: { hide: true } },
    async (request, reply) => {
      reply.headers({
        'cache-control': 'private, no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
      });
      if (request.query.embed === '1') openToFrames(reply);
      reply.type('text/html; charset=utf-8');
      const refusal = await refusalOf(guard, request);
      if (refusal !== undefined) return await reply.code(refusal.status).send(html);
      const { token } = request.params;
      const opened = await shares.open(token);
      if (opened === undefined) return await reply.code(404).send(html);
      const tags = previewTags(opened, token, baseUrlOf(request, publicUrl));
      return await reply.send(html.replace('</head>', () => `${tags}</head>`));
    },
  );
}

/** Counts the request as those of the API are. What is refused has the page all the same, which then says why. */
async function refusalOf(guard: Guard, request: FastifyRequest): Promise<ApiError | undefined> {
  try {
    await guard.admit(request);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function openToFrames(reply: FastifyReply): void {
  const policy = String(reply.getHeader('content-security-policy'));
  reply.header('content-security-policy', policy.replace(/frame-ancestors [^;]*/, 'frame-ancestors *'));
  reply.removeHeader('x-frame-options');
}

/** Names shown of a batch; the rest is counted. */
const maxNames = 3;

function previewTags({ job }: OpenShare, token: string, base: string): string {
  const models = finishedModels(job).map(({ result }) => result);
  const names = models.map(({ filename }) => filename.replace(/\.glb$/, ''));
  const rest = names.length > maxNames ? ` +${names.length - maxNames}` : '';
  const title = names.length === 0 ? 'image2model' : names.slice(0, maxNames).join(', ') + rest;
  const pictured = models.find(({ rendered_image: preview }) => preview && !preview.missing);
  const picture = pictured && base + sharedPath(token, previewFilename(pictured.filename));
  return [
    tag('property', 'og:type', 'website'),
    tag('property', 'og:site_name', 'image2model'),
    tag('property', 'og:title', title),
    tag('property', 'og:url', `${base}/shared/${token}`),
    ...(picture === undefined ? [] : [tag('property', 'og:image', picture), tag('property', 'og:image:alt', title)]),
    tag('name', 'twitter:card', picture === undefined ? 'summary' : 'summary_large_image'),
    tag('name', 'robots', 'noindex'),
  ].join('');
}

function tag(kind: 'property' | 'name', name: string, content: string): string {
  return `<meta ${kind}="${name}" content="${escapeAttribute(content)}">`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
