import { createHash } from 'node:crypto';

/** Longer cursors are ignored: a fingerprint and 100 sequences of 11 digits and a point. */
const maxCursorLength = 1300;

/** Where a client is in the tasks that it follows. */
export interface Cursor {
  /** As it goes over the wire. */
  readonly text: string;
  /** Moves one task on and returns the text. */
  advance(index: number, sequence: number): string;
}

/**
 * Reads the cursor of one task's stream: a sequence as a plain decimal number. Anything else counts as none, as the
 * contract says. Whether it is one of this task is the engine's to judge.
 */
export function parseCursor(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const sequence = Number(text);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

/** The cursor of one task: the last sequence sent. */
export class TaskCursor implements Cursor {
  text: string;

  constructor(sequence = 0) {
    this.text = String(sequence);
  }

  advance(_index: number, sequence: number): string {
    return (this.text = String(sequence));
  }
}

/**
 * The cursor over several tasks: a fingerprint of the set of tasks, then for each task in the order of their ids the
 * last sequence sent, in base 36; 0 where nothing of it was sent. It is good for the very same set only, in any order,
 * which keeps it at 2 or 3 bytes a task where ids would need 36.
 */
export class CombinedCursor implements Cursor {
  readonly #prefix: string;
  readonly #parts: string[];

  /** `taskIds` sorted, without doubles. */
  constructor(taskIds: readonly string[]) {
    this.#prefix = prefix(taskIds);
    this.#parts = taskIds.map(() => '0');
  }

  get text(): string {
    return this.#prefix + this.#parts.join('.');
  }

  advance(index: number, sequence: number): string {
    this.#parts[index] = sequence.toString(36);
    return this.text;
  }
}

/** Sequences by task, in the order of `taskIds`, or undefined where the text is not a cursor over just these tasks. */
export function parseCombinedCursor(text: string | undefined, taskIds: readonly string[]): number[] | undefined {
  if (text === undefined || text.length > maxCursorLength) return undefined;
  const start = prefix(taskIds);
  if (!text.startsWith(start)) return undefined;
  const parts = text.slice(start.length).split('.');
  if (parts.length !== taskIds.length) return undefined;
  const sequences: number[] = [];
  for (const part of parts) {
    if (!/^(?:0|[1-9a-z][\da-z]{0,10})$/.test(part)) return undefined;
    const sequence = Number.parseInt(part, 36);
    if (!Number.isSafeInteger(sequence)) return undefined;
    sequences.push(sequence);
  }
  return sequences;
}

function prefix(taskIds: readonly string[]): string {
  return `${createHash('sha256').update(taskIds.join()).digest('hex').slice(0, 12)}-`;
}
