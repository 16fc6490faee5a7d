import { createInterface } from 'node:readline';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { startServer } from '../../src/compose.ts';
import { createChaosModel } from './chaos-model.ts';
import { take } from './shortages.ts';
import type { Resource } from './shortages.ts';

/** What the supervisor tells the process, one a line of its standard input, as JSON. */
export interface Command {
  take: Resource;
  forMs: number;
}

/**
 * The process that is killed, frozen and starved: the real server, but for the model. Says its address on standard
 * output and ends by itself when its input does, so that it never outlives the test.
 */
const config = readConfig(process.env);
const server = await startServer({
  config,
  log: createLog({ level: config.logLevel }),
  models: new Map([['local', createChaosModel(config.workerConcurrency)]]),
  pagesDirectory: '/no-pages',
  leaseMs: Number(process.env['CHAOS_LEASE_MS']),
  minFreeBytes: Number(process.env['CHAOS_MIN_FREE_BYTES']),
  // Sooner than any upload of the run lasts, and often, so that the end of the run sees it done.
  cleanUp: { everyMs: 1000, orphanAgeMs: 10_000 },
});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line) as Command;
    setTimeout(take[command.take](), command.forMs);
  })
  .once('close', () => process.exit(0));
process.once('SIGTERM', () => void server.close(500).then(() => process.exit(0)));
process.stdout.write(`${server.address}\n`);
