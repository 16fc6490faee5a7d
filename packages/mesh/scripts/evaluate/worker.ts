/** A process that judges what it is sent, one after the other; its memory is measured from here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { judgeComposite } from './judge-composite.ts';
import type { CompositeRow } from './judge-composite.ts';
import { judgePhoto } from './judge-photo.ts';
import type { PhotoRow } from './judge-photo.ts';
import { createMaker } from './plan.ts';
import type { Planned } from './plan.ts';
import type { Source } from './sources.ts';

/** What a worker is sent. */
export type Task =
  | { set: 'composite'; planned: Planned; cutOnly: boolean }
  | { set: 'photos' | 'kinds'; source: Source };

/** What a worker answers; without a row where a cut-out has no clear outline. */
export interface Answer {
  row?: CompositeRow | PhotoRow;
  /** PNG. */
  tile?: Uint8Array;
  error?: string;
  /** Of the worker so far. */
  peakMegabytes: number;
}

sharp.concurrency(1);
const folder = process.argv[2]!;
const make = createMaker(folder);

process.on('message', (task: Task) => {
  void judge(task)
    .catch((error: unknown) => ({ error: String(error) }))
    .then((judged) => process.send!({ ...judged, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
});
process.on('disconnect', () => process.exit());
process.send!('ready');

async function judge(task: Task): Promise<Omit<Answer, 'peakMegabytes'>> {
  if (task.set !== 'composite') {
    return judgePhoto(task.set, task.source, await readFile(join(folder, task.source.file)));
  }
  const composite = await make(task.planned);
  return composite ? judgeComposite(task.planned, composite, task.cutOnly) : {};
}
