/* oxlint-disable no-restricted-imports -- runs the server's own chaos test, for longer */
import { parseArgs } from 'node:util';
import { faultKinds } from '../../packages/server/test/chaos/plan.ts';
import { runChaos } from '../../packages/server/test/chaos/run.ts';

/**
 * The chaos test for as long as one likes: `node bench/chaos/run.ts --jobs 2000 --seed 7`. Ends with 1 where a promise
 * was broken. The same seed gives the same plan of files and faults. `--imitate` does what is done for users other than
 * root: power cuts and full disks are imitated. `--fault "clock back"`, as often as one likes, has those faults alone.
 */
const { values } = parseArgs({
  options: {
    jobs: { type: 'string' },
    seed: { type: 'string' },
    imitate: { type: 'boolean' },
    fault: { type: 'string', multiple: true },
  },
});
const jobs = Number(values.jobs ?? 1000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`--jobs ${jobs} --seed ${seed}`);
const report = await runChaos({
  seed,
  jobs,
  timeoutMs: Math.max(480_000, jobs * 1000),
  imitate: values.imitate === true,
  ...(values.fault && { faults: faultKinds.filter((kind) => values.fault?.includes(kind)) }),
});
console.log(report);
process.exitCode = report.wrong.length === 0 ? 0 : 1;
