import { eventListSchema, maxPollSeconds, message } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ownTask } from '../../auth/access.ts';
import { proofInEvents } from '../../auth/stream-proof.ts';
import type { Hub } from '../../streams/hub.ts';
import { encodeJson, encodeStream } from '../../streams/poll/encode.ts';
import type { PollAnswer, PollRequest } from '../../streams/poll/poll.ts';
import { streamHeaders } from '../../streams/wire.ts';
import { ApiError } from '../errors.ts';
import { taskParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { cursor, cursorOf } from './cursor.ts';
import { ownTasks, streamResponses, taskIds } from './stream.ts';

type EventsOptions = Pick<RouteContext, 'engine'> & { hub: Hub };

const query = {
  after: cursor.describe('The id of the last event seen; Last-Event-ID says the same'),
  last_event_id: cursor,
  wait: z
    .preprocess(
      // Nothing at all would count as 0.
      (given) => (typeof given === 'string' && given.trim() === '' ? NaN : given),
      z.coerce.number().min(0).max(maxPollSeconds),
    )
    .default(maxPollSeconds)
    .describe(`How long to wait for something new, in seconds; ${maxPollSeconds} if omitted`),
};
const responses = {
  ...streamResponses,
  200: {
    description: 'The events after the cursor; an event stream that ends after them if the request accepts one',
    content: {
      'application/json': { schema: eventListSchema },
      'text/event-stream': { schema: z.string() },
    },
  },
};

/** The event streams where none gets through: the entries after a cursor, and a wait for the first of them. */
export function eventRoutes(app: Api, { engine, hub }: EventsOptions): void {
  app.get(
    '/status/tasks/:task_id/events',
    {
      schema: {
        summary: "A task's events after a cursor, waiting for the first (long poll)",
        tags: ['Status'],
        params: taskParams,
        querystring: z.looseObject(query),
        response: responses,
      },
    },
    async (request, reply) => {
      const task = await ownTask(engine, request.params.task_id, request.owner);
      return await answer(request, reply, (after, options) => hub.pollTask(task, after, options));
    },
  );

  app.get(
    '/status/events',
    {
      schema: {
        summary: 'The events of several tasks after a cursor, waiting for the first (long poll)',
        tags: ['Status'],
        querystring: z.looseObject({ task_id: taskIds, ...query }),
        response: responses,
      },
    },
    async (request, reply) => {
      const tasks = await ownTasks(engine, request.query.task_id, request.owner);
      return await answer(request, reply, (after, options) => hub.pollTasks(tasks, after, options));
    },
  );
}

type Poll = (
  after: string | undefined,
  options: Pick<PollRequest, 'waitMs' | 'login' | 'signal'>,
) => Promise<PollAnswer | undefined>;

async function answer(
  request: FastifyRequest<{ Querystring: { wait: number; [name: string]: unknown } }>,
  reply: FastifyReply,
  poll: Poll,
): Promise<FastifyReply> {
  const isStream = acceptsStream(request.headers.accept);
  reply.headers({ ...streamHeaders, ...(!isStream && { 'content-type': 'application/json; charset=utf-8' }) });
  if (request.method === 'HEAD') return reply.send();
  // Sent behind another request on its connection, whose answer is still on its way.
  if (reply.raw.socket === null) throw new ApiError('INVALID_REQUEST', message('error.stream_pipelined'));
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  const waitMs = request.query.wait * 1000;
  const { login } = request;
  const found = await poll(cursorOf(request, request.query), { waitMs, login, signal: left.signal });
  if (left.signal.aborted) return reply.hijack();
  if (found === undefined) return await reply.removeHeader('content-type').code(204).send();
  return await reply.send(Buffer.from(isStream ? encodeStream(found, proofInEvents(request)) : encodeJson(found)));
}

/** Whether an event stream is named, and not to be avoided: whoever takes anything gets JSON. */
function acceptsStream(accept = ''): boolean {
  return accept.split(',').some((range) => /^\s*text\/event-stream\s*(?:;(?!.*\bq=0(?:\.0*)?\s*$).*)?$/i.test(range));
}
