import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createTriangleModel } from './triangle-model.ts';

/** Reports of each file, and the time between two of them in ms: as fast as reports are passed on. */
const [reports, reportEveryMs] = [25, 110];

/**
 * The real server in a process of its own, but for the model, which reports at a steady pace. A photo whose name starts
 * with `held` waits for the next line on standard input. Says its address on standard output, and ends when its input does.
 */
let gate = Promise.withResolvers<void>();
const model = createTriangleModel({
  before: async ({ filename }, _options, context) => {
    const { signal } = context;
    if (filename.startsWith('held')) await Promise.race([gate.promise, aborted(signal)]);
    for (let step = 1; step <= reports; step += 1) {
      const text = `Step ${step} of ${reports}`;
      context.report({ stage: `step-${step}`, fraction: step / (reports + 1), message: { text } });
      await sleep(reportEveryMs, undefined, { signal });
    }
  },
});
const config = readConfig(process.env);
const server = await startServer({
  config,
  log: createLog({ level: config.logLevel }),
  models: new Map([[model.id, model]]),
  pagesDirectory: '/no-pages',
});
createInterface({ input: process.stdin })
  .on('line', () => {
    gate.resolve();
    gate = Promise.withResolvers();
  })
  .once('close', () => void server.close(0).then(() => process.exit(0)));
process.stdout.write(`${server.address}\n`);

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason as Error);
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return await promise;
}
