import { message } from '@image2model/protocol';
import type { FastifyInstance, FastifyBaseLogger, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import type { Cutter } from '../../cuts/cutter.ts';
import type { Converter } from '../../files/converter.ts';
import type { Engine } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import type { FileStore } from '../../files/contract.ts';
import type { Verifier } from '../../files/verifier.ts';
import type { Model } from '../../models/contract.ts';

/** What the routes work with. */
export interface RouteContext {
  engine: Engine;
  files: FileStore;
  models: ReadonlyMap<string, Model>;
  /** Says whether stored files still are what was stored. */
  verifier: Verifier;
  converter: Converter;
  cutter: Cutter;
  config: Pick<Config, 'model' | 'maxQueuedFiles'>;
}

/** A server whose routes are typed by their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

// UUIDs compare by their text everywhere, and ours are in lower case.
const id = z.uuid().transform((text) => text.toLowerCase());
export const taskParams = z.object({ task_id: id });
export const jobParams = z.object({ job_id: id });
export const taskFileParams = z.object({ task_id: id, file_id: id });
export const jobFileParams = z.object({ job_id: id, file_id: id });

/**
 * Throws where about so many files wait already that one that came now would wait too long. Requests that come together,
 * here or at other processes, may all get past it: the bound keeps waits short, and a few more files do not matter.
 */
export async function requireRoomInQueue({ engine, config }: RouteContext): Promise<void> {
  const { waiting } = await engine.counts();
  if (waiting < config.maxQueuedFiles) return;
  throw new ApiError('QUEUE_FULL', message('error.queue_full', { waiting }), { retryAfterSeconds: 20 });
}
