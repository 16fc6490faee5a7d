import { createLog } from '../../src/log.ts';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/compose.ts';
import { createChaosModel } from '../chaos/chaos-model.ts';

/** The real server, but for the model and for how often it cleans up. Says its address on standard output. */
const config = readConfig(process.env);
const server = await startServer({
  config,
  log: createLog({ level: config.logLevel }),
  models: new Map([['local', createChaosModel(config.workerConcurrency)]]),
  pagesDirectory: '/no-pages',
  minFreeBytes: 0,
  leaseMs: 1000,
  cleanUp: { everyMs: 50, orphanAgeMs: Number(process.env['ORPHAN_AGE_MS']) },
});
process.once('SIGTERM', () => void server.close(0).then(() => process.exit(0)));
process.stdout.write(`${server.address}\n`);
