import { messageRef } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { Input } from './inputs.ts';
import { cliMessage, say } from './texts.ts';
import type { Language } from './texts.ts';

/** A model in one format, as it was written. */
export interface WrittenFile {
  format: string;
  /** Its path. */
  output: string;
  sizeBytes: number;
  sha256: string;
}

/** How one photo ended. */
export type Outcome =
  | { status: 'completed'; outputs: readonly WrittenFile[]; statistics: Record<string, unknown> }
  | { status: 'failed'; code: string; error: Message }
  | { status: 'cancelled' };

export interface Summary {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** Duration of the whole run. */
  seconds: number;
}

/** Reports the run to a person or a program. */
export interface Reporter {
  begin(inputs: readonly Input[]): void;
  /** `progress` is 0 to 100. */
  progress(input: Input, progress: number, message: Message): void;
  /** Called once for each input. */
  end(input: Input, outcome: Outcome): void;
  /** Called once, when all inputs have ended. Resolves when everything is written. */
  finish(summary: Summary): Promise<void>;
}

/** JSON lines on standard output, always in English and with message ids; `docs/cli.md` has their fields. */
export function jsonReporter(write: (text: string) => void): Reporter {
  const line = (value: object): void => write(`${JSON.stringify(value)}\n`);
  const last = new Map<Input, string>();
  return {
    begin: () => undefined,
    progress(input, progress, message) {
      const report = `${progress} ${message.text}`;
      if (last.get(input) === report) return;
      last.set(input, report);
      line({ event: 'progress', input: input.given, progress, message: message.text, ...messageRef(message) });
    },
    end(input, outcome) {
      const source = { input: input.given, ...(input.mask && { mask: input.mask.given }) };
      if (outcome.status === 'completed') {
        const { statistics } = outcome;
        const outputs = outcome.outputs.map(({ sizeBytes: size, ...file }) => ({ ...file, size }));
        const { format: _, ...first } = outputs[0]!;
        line({ event: 'completed', ...source, ...first, outputs, statistics });
      } else if (outcome.status === 'failed') {
        const { code, error } = outcome;
        line({ event: 'failed', ...source, code, error: error.text, ...messageRef(error) });
      } else {
        line({ event: 'cancelled', ...source });
      }
    },
    finish: async (summary) => line({ event: 'summary', ...summary }),
  };
}

/** For pipes and logs: the paths of the models on standard output, everything else on standard error. */
export function plainReporter(out: (text: string) => void, err: (text: string) => void, language: Language): Reporter {
  return {
    begin: () => undefined,
    progress: () => undefined,
    end(input, outcome) {
      if (outcome.status === 'completed') out(outcome.outputs.map(({ output }) => `${output}\n`).join(''));
      else err(`${describeOutcome(input, outcome, language)}\n`);
    },
    finish: async (summary) => err(`${describeSummary(summary, language)}\n`),
  };
}

/** An outcome in one line for a person. */
export function describeOutcome(input: Input, outcome: Outcome, language: Language): string {
  switch (outcome.status) {
    case 'completed': {
      const { faces } = outcome.statistics;
      const count = typeof faces === 'number' ? `${say(cliMessage('cli.faces', { faces }), language)}, ` : '';
      const paths = outcome.outputs.map(({ output }) => output).join(', ');
      const sizeBytes = outcome.outputs.reduce((sum, file) => sum + file.sizeBytes, 0);
      return `${input.given} → ${paths} (${count}${Math.ceil(sizeBytes / 1024)} KiB)`;
    }
    case 'failed': {
      // NOT_DONE is for programs; the reason why the run ended has a code of its own.
      const code = outcome.code === 'NOT_DONE' ? '' : ` (${outcome.code})`;
      return `${input.given}: ${say(outcome.error, language)}${code}`;
    }
    case 'cancelled':
      return `${input.given}: ${say(cliMessage('cli.cancelled'), language)}`;
  }
}

/** The whole run in one line for a person. */
export function describeSummary(summary: Summary, language: Language): string {
  const { total, completed, failed, cancelled } = summary;
  const seconds = summary.seconds.toLocaleString(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    useGrouping: false,
  });
  const parts = [cliMessage('cli.made', { completed, total, seconds })];
  if (failed > 0) parts.push(cliMessage('cli.failed_count', { count: failed }));
  if (cancelled > 0) parts.push(cliMessage('cli.cancelled_count', { count: cancelled }));
  return parts.map((part) => say(part, language)).join(', ');
}
