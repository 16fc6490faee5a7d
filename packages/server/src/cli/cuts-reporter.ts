import { messageRef } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { Input } from './inputs.ts';
import { describeOutcome } from './reporter.ts';
import type { Language } from './texts.ts';

/** One way to cut a photo out, and where its mask was written. */
export interface WrittenCut {
  method: string;
  /** 0 to 1. */
  score: number;
  mask: string;
  note: Message | undefined;
}

/** What came of one photo. */
export type CutsOutcome =
  | { status: 'completed'; cuts: readonly WrittenCut[] }
  | { status: 'failed'; code: string; error: Message }
  | { status: 'cancelled' };

/** Reports cut-outs to a person or a program. */
export interface CutsReporter {
  /** Called once for each input. */
  end(input: Input, outcome: CutsOutcome): void;
  /** Called once, when all inputs have ended. */
  finish(summary: Record<'total' | CutsOutcome['status'], number>): void;
}

/** JSON lines on standard output, always in English; `docs/cli.md` has their fields. */
export function jsonCutsReporter(write: (text: string) => void): CutsReporter {
  const line = (value: object): void => write(`${JSON.stringify(value)}\n`);
  return {
    end({ given: input }, outcome) {
      if (outcome.status === 'completed') {
        for (const { method, score, mask, note } of outcome.cuts) {
          const said = note === undefined ? {} : { message: note.text, ...messageRef(note) };
          line({ event: 'candidate', input, method, score, mask, ...said });
        }
      } else if (outcome.status === 'failed') {
        const { code, error } = outcome;
        line({ event: 'failed', input, code, error: error.text, ...messageRef(error) });
      } else {
        line({ event: 'cancelled', input });
      }
    },
    finish: (summary) => line({ event: 'summary', ...summary }),
  };
}

/** For a person: a list. Where `paths` is given, the paths alone go there, for a pipe. */
export function listCutsReporter(
  list: (text: string) => void,
  err: (text: string) => void,
  paths: ((text: string) => void) | undefined,
  language: Language,
): CutsReporter {
  return {
    end(input, outcome) {
      if (outcome.status !== 'completed') return err(`${describeOutcome(input, outcome, language)}\n`);
      const width = Math.max(...outcome.cuts.map(({ method }) => method.length));
      list(`${input.given}\n`);
      for (const { method, score, mask } of outcome.cuts) {
        list(`  ${method.padEnd(width)}  ${String(Math.round(score * 100)).padStart(3)} %  ${mask}\n`);
        paths?.(`${mask}\n`);
      }
    },
    finish: () => undefined,
  };
}
