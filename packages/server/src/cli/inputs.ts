import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { numbered } from '../files/names.ts';
import { UsageError } from './exit.ts';
import type { MaskFile } from './mask-files.ts';
import { cliMessage } from './texts.ts';

/** A photo named on the command line. */
export interface Input {
  /** As it was given. */
  given: string;
  /** Absolute. */
  path: string;
  /** What it is uploaded as; no two inputs of one run share a name, so that answers can be told apart by it. */
  name: string;
  mask?: MaskFile | undefined;
}

/**
 * Checks the photos before anything starts. The same file twice counts once.
 * @throws UsageError
 */
export async function readInputs(given: readonly string[]): Promise<Input[]> {
  const inputs = new Map<string, Input>();
  const taken = new Set<string>();
  for (const text of given) {
    const path = resolve(text);
    if (inputs.has(path)) continue;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new UsageError(cliMessage('cli.no_such_file', { file: text }));
    if (!found.isFile()) throw new UsageError(cliMessage('cli.not_a_file', { file: text }));
    const name = numbered(basename(path), taken);
    taken.add(name.toLowerCase());
    inputs.set(path, { given: text, path, name });
  }
  return [...inputs.values()];
}
