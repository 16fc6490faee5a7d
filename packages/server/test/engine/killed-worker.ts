import { createInterface } from 'node:readline';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { newJob } from '../support/jobs.ts';
import { claim, failure, modelFile, say } from './harness.ts';

/**
 * The process that is killed: submits, claims, reports and finishes as fast as it can, and says a line on its standard
 * output after each promise that has resolved, and for each entry that it hears. Ends by itself when its input does, so that it never outlives the test.
 */
const [file = ''] = process.argv.slice(2);
createInterface({ input: process.stdin }).once('close', () => process.exit(0));
const engine = await createSqliteEngine({ file });
note({ did: 'open' });
for (let round = 0; ; round += 1) {
  const job = newJob(1 + (round % 3));
  await engine.subscribe(job.taskId, (entries) => {
    for (const { taskId, sequence, data } of entries) note({ did: 'hear', taskId, sequence, data });
  });
  await engine.submit(job);
  note({ did: 'submit', taskId: job.taskId, jobId: job.jobId, files: job.files.map((each) => each.fileId) });
  for (let time = 0; time < 2; time += 1) {
    const lease = await claim(engine, 60_000);
    if (!lease) break;
    await engine.report(lease.token, 50, say('Half-way'));
    // Some stay claimed, so that there is something to give back, and have reported what nothing else has written.
    if ((round + time) % 5 === 0) {
      for (let step = 1; step <= 3 + (round % 40); step += 1) {
        const message = `Step ${step}`;
        await engine.report(lease.token, 50 + step, say(message));
        note({ did: 'report', taskId: lease.taskId, fileId: lease.file.fileId, message });
      }
      continue;
    }
    const ending = round % 4 === 0 ? failure : ({ status: 'completed', result: modelFile(lease) } as const);
    if (await engine.finish(lease.token, ending)) {
      note({
        did: 'finish',
        taskId: lease.taskId,
        fileId: lease.file.fileId,
        status: ending.status,
        attempt: lease.attempt,
      });
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
}

function note(line: object): void {
  process.stdout.write(`${JSON.stringify({ ...line, at: performance.now() })}\n`);
}
