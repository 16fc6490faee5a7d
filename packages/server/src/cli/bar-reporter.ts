import { Listr } from 'listr2';
import { basename } from 'node:path';
import type { Input } from './inputs.ts';
import { describeOutcome, describeSummary } from './reporter.ts';
import type { Outcome, Reporter } from './reporter.ts';
import { cliMessage, say } from './texts.ts';
import type { Language } from './texts.ts';

interface Row {
  settle: PromiseWithResolvers<Outcome>;
  show(title: string): void;
}

/** For a terminal: a progress bar for each photo, which becomes its result. */
export function barReporter(write: (text: string) => void, language: Language): Reporter {
  const rows = new Map<Input, Row>();
  let running: Promise<unknown> = Promise.resolve();
  return {
    begin(inputs) {
      for (const input of inputs) rows.set(input, { settle: Promise.withResolvers(), show: () => undefined });
      running = new Listr(
        inputs.map((input) => ({
          title: barLine(input, 0, say(cliMessage('cli.waiting'), language)),
          task: async (_, task) => {
            const row = rows.get(input);
            if (row === undefined) return;
            row.show = (title) => void (task.title = title);
            const outcome = await row.settle.promise;
            task.title = describeOutcome(input, outcome, language);
            // Shows the task as failed; listr catches it.
            if (outcome.status !== 'completed') throw new Error(task.title);
          },
        })),
        {
          concurrent: true,
          exitOnError: false,
          // The command handles Ctrl-C, since it has work to cancel.
          registerSignalListeners: false,
          renderer: 'default',
          rendererOptions: { collapseErrors: false, showErrorMessage: false },
        },
      ).run();
    },
    progress(input, progress, message) {
      rows.get(input)?.show(barLine(input, progress, say(message, language)));
    },
    end(input, outcome) {
      rows.get(input)?.settle.resolve(outcome);
    },
    async finish(summary) {
      await running;
      write(`${describeSummary(summary, language)}\n`);
    },
  };
}

const barWidth = 24;

/** `chair.png  ██████░░░░░░  50 %  Giving it depth` */
function barLine(input: Input, progress: number, message: string): string {
  const filled = Math.round((Math.min(100, Math.max(0, progress)) / 100) * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${basename(input.given)}  ${bar}  ${String(Math.round(progress)).padStart(3)} %  ${message}`;
}
