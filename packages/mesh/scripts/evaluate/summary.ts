import { median } from '../../src/segmentation/median.ts';
import type { CompositeRow } from './judge-composite.ts';

/** A cut under this is wrong. */
const wrongUnder = 0.8;
const goodFrom = 0.9;

/** One line per ground, and one for all, as a Markdown table. */
export function summariseComposites(rows: readonly CompositeRow[]): string {
  const grounds = [...new Set(rows.map(({ ground }) => ground))];
  const lines = grounds.map((ground) =>
    line(
      ground,
      rows.filter((row) => row.ground === ground),
    ),
  );
  return [
    '| ground | composites | IoU ≥ .9 | median IoU | best cut ≥ .9 | wrong (< .8) without a warning | right with a warning | cuts taken | median seconds |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
    ...(grounds.length > 1 ? [line('all', rows)] : []),
  ].join('\n');
}

function line(name: string, rows: readonly CompositeRow[]): string {
  const silent = rows.filter(({ iou, warnings }) => iou < wrongUnder && warnings.length === 0);
  const warned = rows.filter(({ iou, warnings }) => iou >= goodFrom && warnings.length > 0);
  const cells = [
    name,
    rows.length,
    share(rows, ({ iou }) => iou >= goodFrom),
    median(rows.map(({ iou }) => iou)).toFixed(3),
    share(rows, ({ best }) => best >= goodFrom),
    silent.length,
    warned.length,
    count(rows.map(({ method }) => method)),
    median(rows.map(({ seconds }) => seconds)).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}

function share<T>(rows: readonly T[], has: (row: T) => boolean): string {
  return `${Math.round((100 * rows.filter(has).length) / rows.length)} %`;
}

function count(names: readonly string[]): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `${name} ${names.filter((other) => other === name).length}`)
    .join(', ');
}
