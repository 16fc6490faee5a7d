import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../test/support/temporary-directory.ts';
import { ShortageError, shortageOf } from './shortage.ts';

it.each([
  ['an error of the system', Object.assign(new Error('open'), { code: 'ENFILE' }), 'descriptors'],
  [
    'a thread that cannot be started',
    Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' }),
    'threads',
  ],
  ['the words of the image library', new Error('VipsJpeg: Insufficient memory (case 4)'), 'memory'],
  ['the words of V8', new RangeError('Array buffer allocation failed'), 'memory'],
  ['the words of WebAssembly', new RangeError('WebAssembly.Memory(): could not allocate memory'), 'memory'],
  ['the words of the module loader', new Error('Cannot read package config: too many open files.'), 'descriptors'],
  ['an error of ours', new ShortageError('database'), 'database'],
])('recognises %s, also as the cause of something else', (_, error, short) => {
  expect(shortageOf(error)).toBe(short);
  expect(shortageOf(new Error('It failed', { cause: new Error('Twice', { cause: error }) }))).toBe(short);
});

it('recognises a database that another program holds', async () => {
  const file = join(await temporaryDirectory(), 'jobs.db');
  const [one, other] = [new DatabaseSync(file), new DatabaseSync(file)];
  one.exec('BEGIN EXCLUSIVE');
  let thrown: unknown;
  try {
    other.exec('BEGIN IMMEDIATE');
  } catch (error) {
    thrown = error;
  }
  expect(shortageOf(thrown)).toBe('database');
  one.close();
  other.close();
});

it.each([new Error('no such column: x'), Object.assign(new Error('gone'), { code: 'ENOENT' }), 'text', undefined])(
  'sees none in %s',
  (error) => {
    expect(shortageOf(error)).toBeUndefined();
  },
);
