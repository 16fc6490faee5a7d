import { cutsSchema, maxFileSizeBytes, message } from '@image2model/protocol';
import type { Cuts } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CutResult } from '../../cuts/cut-worker.ts';
import { discard, problem, spoolImage } from '../../jobs/intake.ts';
import type { ImageProblem, SentImage, SpooledImage } from '../../jobs/intake.ts';
import { ApiError } from '../errors.ts';
import { boundBody } from './bound-body.ts';
import type { Api, RouteContext } from './context.ts';
import { readParts } from './form-parts.ts';
import type { FileField } from './form-parts.ts';
import { presentMessage } from './present.ts';
import { named, refuse } from './refuse.ts';

/** Bytes of a whole request: a mask, and twice an image at its largest, so that one that is too large is called that. */
const maxBytes = 3 * maxFileSizeBytes;

/** What a request has brought so far. */
interface Received {
  images: SpooledImage[];
  masks: SpooledImage[];
}

/** Says what a photo could be cut out by. Nothing of it is kept. */
export function cutRoutes(app: Api, context: RouteContext): void {
  app.post(
    '/cuts',
    {
      config: { upload: true },
      schema: {
        summary: 'The outlines that the object of an image could have, best first',
        description:
          'Nothing is stored. To choose one, send its mask with an upload or a retry. With `shapes=1`, the likely shapes ' +
          'too: of the first outline, or of that of a `mask`.',
        tags: ['Upload'],
        querystring: z.object({ shapes: z.enum(['0', '1', 'false', 'true']).default('0') }),
        response: { 200: cutsSchema },
      },
    },
    async (request, reply) => {
      const { owner } = request;
      context.cutter.requireRoom(owner);
      await context.files.requireRoom();
      boundBody(request, reply, maxBytes);
      reply.header('cache-control', 'no-store');
      const received: Received = { images: [], masks: [] };
      try {
        const { image, mask } = await receive(request, context, received);
        const shapes = ['1', 'true'].includes(request.query.shapes);
        const own = mask && { path: mask.spooled.path, filename: mask.filename };
        const task = { path: image.spooled.path, mask: own, shapes };
        return present(await context.cutter.cut(task, { owner, signal: whileConnected(reply) }), image);
      } finally {
        await discard(context.files, [...received.images, ...received.masks]);
      }
    },
  );
}

/**
 * The one image of the form, and its mask if it has one. What is received is added to `received` as it comes. Both are
 * judged by the thread that cuts out: decoded here, many at once would take the processor from everything else.
 */
async function receive(
  request: FastifyRequest,
  { files }: RouteContext,
  { images, masks }: Received,
): Promise<{ image: SpooledImage; mask: SpooledImage | undefined }> {
  const into = (all: SpooledImage[]) => async (sent: SentImage) => {
    const received = await spoolImage(files, sent, async () => ({}));
    // What a page sends of a field for a file that was left blank.
    if ('code' in received) return sent.filename === '' && received.message_id === 'image.empty' ? undefined : received;
    all.push(received);
    return undefined;
  };
  const field: FileField = { max: 1, tooMany: severalImages, take: into(images) };
  const fields = new Map([
    ['file', field],
    ['files', field],
    ['mask', { max: 1, tooMany: tooManyMasks, take: into(masks) }],
  ]);
  const { problems } = await readParts(request, fields, () => message('error.one_image'));
  refuse(problems, images.length + masks.length + problems.length);
  const [image, another] = images;
  if (image === undefined) throw new ApiError('NO_FILES', message('error.one_image'));
  if (another !== undefined) throw severalImages();
  return { image, mask: masks[0] };
}

function severalImages(): ApiError {
  return new ApiError('INVALID_REQUEST', message('error.one_image'));
}

/** Aborted once nobody waits for the answer any more. */
function whileConnected(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // Nobody reads it: it is for the log.
  reply.raw.once('close', () => gone.abort(new ApiError('INVALID_REQUEST', message('error.request_unreadable'))));
  return gone.signal;
}

function present(result: CutResult, { filename }: SpooledImage): Cuts {
  if ('rejected' in result) throw refusal(problem(result.rejected.code, result.rejected.message, filename));
  if ('refusedMask' in result) throw refusal(result.refusedMask);
  const { shapes } = result;
  const { width, height, candidates } = result.cuts;
  return {
    width,
    height,
    candidates: candidates.map(({ method, score, mask, warnings: [first] }) => ({
      id: method,
      method,
      score,
      mask: dataAddress('image/png', mask),
      ...(first && presentMessage(first)),
    })),
    ...(shapes && { shapes: shapes.map((each) => ({ ...each, preview: dataAddress('image/webp', each.preview) })) }),
  };
}

function refusal(refused: ImageProblem): ApiError {
  return new ApiError(refused.code, named(refused), { errors: [refused] });
}

function dataAddress(contentType: string, bytes: Uint8Array): string {
  return `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`;
}

function tooManyMasks(count: number): ApiError {
  return new ApiError('TOO_MANY_FILES', message('mask.too_many', { count, max: 1 }));
}
