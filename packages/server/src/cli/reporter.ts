import type { Input } from './inputs.ts';

/** How one photo ended. */
export type Outcome =
  | { status: 'completed'; output: string; sizeBytes: number; sha256: string; statistics: Record<string, unknown> }
  | { status: 'failed'; code: string; error: string }
  | { status: 'cancelled' };

export interface Summary {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** Of the whole run. */
  seconds: number;
}

/** Tells a person or a program how the run goes. */
export interface Reporter {
  begin(inputs: readonly Input[]): void;
  /** `progress` is 0 to 100. */
  progress(input: Input, progress: number, message: string): void;
  /** Called once for each input. */
  end(input: Input, outcome: Outcome): void;
  /** Called once, when all inputs have ended. Resolves when everything is written. */
  finish(summary: Summary): Promise<void>;
}

/** One JSON object a line on standard output, told apart by `event`; `docs/cli.md` has their fields. */
export function jsonReporter(write: (text: string) => void): Reporter {
  const line = (value: object): void => write(`${JSON.stringify(value)}\n`);
  const last = new Map<Input, string>();
  return {
    begin: () => undefined,
    progress(input, progress, message) {
      const said = `${progress} ${message}`;
      if (last.get(input) === said) return;
      last.set(input, said);
      line({ event: 'progress', input: input.given, progress, message });
    },
    end(input, outcome) {
      if (outcome.status === 'completed') {
        const { output, sizeBytes: size, sha256, statistics } = outcome;
        line({ event: 'completed', input: input.given, output, size, sha256, statistics });
      } else if (outcome.status === 'failed') {
        line({ event: 'failed', input: input.given, code: outcome.code, error: outcome.error });
      } else {
        line({ event: 'cancelled', input: input.given });
      }
    },
    finish: async (summary) => line({ event: 'summary', ...summary }),
  };
}

/** For pipes and logs: the paths of the models on standard output, everything else on standard error. */
export function plainReporter(out: (text: string) => void, err: (text: string) => void): Reporter {
  return {
    begin: () => undefined,
    progress: () => undefined,
    end(input, outcome) {
      if (outcome.status === 'completed') out(`${outcome.output}\n`);
      else err(`${describeOutcome(input, outcome)}\n`);
    },
    finish: async (summary) => err(`${describeSummary(summary)}\n`),
  };
}

/** An outcome in one line for a person. */
export function describeOutcome(input: Input, outcome: Outcome): string {
  switch (outcome.status) {
    case 'completed': {
      const { faces } = outcome.statistics;
      const facts = [
        typeof faces === 'number' ? `${faces} faces` : undefined,
        `${Math.ceil(outcome.sizeBytes / 1024)} KiB`,
      ];
      return `${input.given} → ${outcome.output} (${facts.filter((fact) => fact !== undefined).join(', ')})`;
    }
    case 'failed':
      return `${input.given}: ${outcome.error} (${outcome.code})`;
    case 'cancelled':
      return `${input.given}: cancelled`;
  }
}

export function describeSummary({ total, completed, failed, cancelled, seconds }: Summary): string {
  const parts = [`${completed} of ${total} ${total === 1 ? 'model' : 'models'} made in ${seconds.toFixed(1)} s`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  return parts.join(', ');
}
