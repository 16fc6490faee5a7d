import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.ts';
import type { Extent, Figures } from './scenarios.ts';
import { pinLoad, pins } from './subject.ts';

/** The last one of a row is shown as the ratio of ours to the best of the others. */
interface Row {
  title: string;
  digits: number;
  /** Undefined where it was not measured. */
  value: (figures: Partial<Figures>) => number | undefined;
  better: 'lower' | 'higher';
}

const libraries = ['better-sse', 'fastify-sse', 'hono'];
const others = ['node-http', ...libraries];
const subjects = ['ours', 'ours-unwritten', ...others];

// More than two million events a second are too much for the load itself.
const whole: Extent = { idleStreams: 10_000, seconds: 3, stepSeconds: 1, maxEventsPerSecond: 2e6, slowSeconds: 8 };
const quick: Extent = { idleStreams: 1000, seconds: 1, stepSeconds: 0.5, maxEventsPerSecond: 100_000, slowSeconds: 2 };

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(scenarios).join() },
    subjects: { type: 'string', default: subjects.join() },
  },
});
const names = pick('subjects', options.subjects, subjects);
const measured = pick('only', options.only, Object.keys(scenarios));
const extent = options.quick ? quick : whole;

const rows: Row[] = [
  row(`memory of a stream, ${extent.idleStreams} idle (KB)`, (f) => times(f.idleBytes, 1e-3), 'lower'),
  row(`time to open them (s)`, (f) => times(f.openMs, 1e-3), 'lower', 2),
  row('CPU per delivered event, 1 task × 1 000 readers × 50/s (µs)', (f) => f.fanOutMicros, 'lower'),
  row('the same where up to 20 ms may be gathered, as ours does (µs)', (f) => f.gatheredMicros, 'lower'),
  row('CPU per event, 1 000 tasks × 1 reader × 2/s (µs)', (f) => f.manyMicros, 'lower'),
  row('its delay, from its making to the reader, p50 (ms)', (f) => f.manyP50Ms, 'lower', 2),
  row('the same, p99 (ms)', (f) => f.manyP99Ms, 'lower', 2),
  row('deliveries/s at p99 ≤ 100 ms, 50 tasks × 20 readers (0: not 10 000)', (f) => f.peakPerSecond, 'higher', 0),
  row('memory with 50 readers that never read, ÷ without', (f) => f.slowRatio, 'lower', 2),
  row('delay of 10 healthy readers beside them, p99 (ms)', (f) => f.slowP99Ms, 'lower'),
  row('of their events, delivered (%)', (f) => times(f.slowDelivered, 100), 'higher', 0),
];

// What others do on the machine meanwhile belongs to the figures; the run itself makes about 2 of it.
const loadBefore = loadavg()[1] ?? 0;
pinLoad();
const results = new Map<string, Partial<Figures>>();
for (const name of names) {
  const began = performance.now();
  const figures: Partial<Figures> = {};
  for (const one of measured) Object.assign(figures, await scenarios[one]?.(name, extent));
  results.set(name, figures);
  const cells = rows.map((one) => cell(one, name)).join(' | ');
  process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s, ${cells}\n`);
}
const report = describe();
console.log(report);
// A part of the run, or a hasty one, says nothing that is worth keeping.
if (!options.quick && names.length === subjects.length && measured.length === Object.keys(scenarios).length) {
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), report);
}

/** Those of a list that were asked for. */
function pick(option: string, asked: string, all: readonly string[]): string[] {
  const picked = asked.split(',');
  const unknown = picked.find((one) => !all.includes(one));
  if (unknown === undefined) return picked;
  process.stderr.write(`--${option} ${unknown}: there are ${all.join(', ')}\n`);
  process.exit(2);
}

function row(title: string, value: Row['value'], better: Row['better'], digits = 1): Row {
  return { title, value, better, digits };
}

function times(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function describe(): string {
  const shown = rows.filter(({ value }) => [...results.values()].some((figures) => value(figures) !== undefined));
  const table = shown.map(
    (one) =>
      `| ${one.title} | ${names.map((name) => cell(one, name)).join(' | ')} | ${ratio(one, others)} | ${ratio(one, libraries)} |`,
  );
  return `# The feed, measured

The last run of \`node bench/feed/run.ts\`${options.quick ? ' --quick' : ''}. Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, Node ${process.version}; ${pins() ? 'server on one core, load on the other' : 'server and load not held to a core each'}. ${versions()}. *ours* is the whole server (keys, engine with each event written to SQLite, logs) but for the runner; *ours-unwritten* is the same with the events handed to the streams as they are made, as in the others, which are bare, each as its documentation shows it. Every event is sent at once but in the row that says otherwise. Figures of one run on a shared machine (load average ${loadBefore.toFixed(1)} before it began): compare within it, and on a busy one the CPU and the memory rather than the delays.

| | ${names.join(' | ')} | ours ÷ best of the others | ours ÷ best library |
|---|${names.map(() => '---|').join('')}---|---|
${table.join('\n')}
`;
}

function cell({ value, digits }: Row, name: string): string {
  return value(results.get(name) ?? {})?.toFixed(digits) ?? '–';
}

/** Ours against the best of these. */
function ratio({ value, better }: Row, peers: readonly string[]): string {
  const ours = value(results.get('ours') ?? {});
  const theirs = peers.map((name) => value(results.get(name) ?? {})).filter((one) => one !== undefined);
  if (ours === undefined || theirs.length === 0) return '–';
  const best = better === 'lower' ? Math.min(...theirs) : Math.max(...theirs);
  // Where none of the others did the first step there is nothing to compare with.
  return best > 0 ? (ours / best).toFixed(2) : '–';
}

function versions(): string {
  const packages = ['fastify', 'better-sse', '@fastify/sse', 'hono', '@hono/node-server'];
  return packages.map((name) => `${name} ${versionOf(name)}`).join(', ');
}

function versionOf(name: string): string {
  const file = join(import.meta.dirname, '../../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
