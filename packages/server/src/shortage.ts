import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** What a machine can be short of for a while. None of it says anything about a photo or a request. */
export type ShortOf = 'descriptors' | 'threads' | 'memory' | 'database';

/** Something could not be done now for want of what the machine gives, and can be later. Nothing was changed. */
export class ShortageError extends Error {
  override readonly name = 'ShortageError';
  readonly short: ShortOf;

  constructor(short: ShortOf, cause?: unknown) {
    super(`The server is short of ${short}`, { cause });
    this.short = short;
  }
}

/** By the codes of the system and of Node. */
const codes: Readonly<Record<string, ShortOf>> = {
  EMFILE: 'descriptors',
  ENFILE: 'descriptors',
  ENOBUFS: 'descriptors',
  EAGAIN: 'threads',
  ERR_WORKER_INIT_FAILED: 'threads',
  ENOMEM: 'memory',
  ERR_WORKER_OUT_OF_MEMORY: 'memory',
  ERR_MEMORY_ALLOCATION_FAILED: 'memory',
};

/** By SQLite's primary codes: busy, locked, no memory, input or output failed, cannot open. */
const sqliteCodes: Readonly<Record<number, ShortOf>> = {
  5: 'database',
  6: 'database',
  7: 'memory',
  10: 'database',
  14: 'database',
};

/** By what is said where there is no code: V8's, WebAssembly's and the image library's words. */
const words: readonly [RegExp, ShortOf][] = [
  [/too many open files/i, 'descriptors'],
  [/unable to create thread|resource temporarily unavailable/i, 'threads'],
  [
    /out of memory|insufficient memory|cannot allocate memory|unable to allocate|could not allocate|allocation failed|invalid array buffer length/i,
    'memory',
  ],
];

/** How deep causes are looked into. */
const maxCauses = 8;

/** What the machine was short of when this was thrown; undefined where something else was wrong. */
export function shortageOf(error: unknown): ShortOf | undefined {
  let each: unknown = error;
  for (let depth = 0; depth < maxCauses && each instanceof Error; depth += 1) {
    const short = shortageOfOne(each);
    if (short !== undefined) return short;
    each = each.cause;
  }
  return undefined;
}

/** Whether another program holds the database; what another reason brings with it as its cause does not count. */
export function isLocked(error: unknown): boolean {
  const refused: unknown = error instanceof ShortageError ? error.cause : error;
  if (!(refused instanceof Error) || !('errcode' in refused)) return false;
  const code = Number(refused.errcode) & 0xff;
  return code === 5 || code === 6;
}

/** Whether not even a file can be opened now: then whatever else went wrong may well come of that. */
export function isOutOfDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return shortageOf(error) === 'descriptors';
  }
}

function shortageOfOne(error: Error & { code?: unknown; errcode?: unknown }): ShortOf | undefined {
  if (error instanceof ShortageError) return error.short;
  if (typeof error.errcode === 'number') return sqliteCodes[error.errcode & 0xff];
  if (typeof error.code === 'string' && Object.hasOwn(codes, error.code)) return codes[error.code];
  return words.find(([pattern]) => pattern.test(error.message))?.[1];
}
