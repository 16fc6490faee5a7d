import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../quantile.ts';
import { createLoad } from './load.ts';
import type { Load } from './load.ts';
import { startSubject } from './subject.ts';

/** How much is done: all of it, or enough to see whether something broke. */
export interface Extent {
  idleStreams: number;
  seconds: number;
  stepSeconds: number;
  maxEventsPerSecond: number;
  slowSeconds: number;
}

/** Figures of one server; bytes, microseconds, milliseconds and events as the names say. */
export interface Figures {
  idleBytes: number;
  openMs: number;
  fanOutMicros: number;
  /** The same where up to 20 ms may be gathered into one write; ours alone does. */
  gatheredMicros: number;
  manyMicros: number;
  manyP50Ms: number;
  manyP99Ms: number;
  peakPerSecond: number;
  slowRatio: number;
  slowP99Ms: number;
  /** Of what was due under the slow readers, how much the healthy ones had. */
  slowDelivered: number;
}

type Scenario = (name: string, extent: Extent) => Promise<Partial<Figures>>;

/** What is measured, each with servers of its own, by the name that `--only` takes. */
export const scenarios: Record<string, Scenario> = {
  idle,
  'fan-out': fanOut,
  gathered,
  'many-tasks': manyTasks,
  saturation,
  slow: slowReaders,
};

/** (a) Streams on which nothing happens. */
async function idle(name: string, { idleStreams }: Extent): Promise<Pick<Figures, 'idleBytes' | 'openMs'>> {
  const subject = await startSubject(name, { tasks: 100 });
  const load = createLoad(subject.target);
  // Warm: what the first requests load and compile is not memory of a stream.
  await load.open(200);
  await sleep(200);
  const before = await subject.usage();
  const began = performance.now();
  await load.open(idleStreams);
  const openMs = performance.now() - began;
  await sleep(500);
  await subject.usage();
  const after = await subject.usage();
  load.close();
  await subject.stop();
  return { idleBytes: (after.rssBytes - before.rssBytes) / idleStreams, openMs };
}

/** (b) One task that a thousand watch, each event sent as soon as it is there. */
async function fanOut(name: string, { seconds }: Extent): Promise<Pick<Figures, 'fanOutMicros'>> {
  const { cpuMicros, events } = await run(name, { ...watched, seconds });
  return { fanOutMicros: cpuMicros / events };
}

/** The same as the server is. The others send at once, whatever is asked of them. */
async function gathered(name: string, { seconds }: Extent): Promise<Partial<Pick<Figures, 'gatheredMicros'>>> {
  if (!name.startsWith('ours')) return {};
  const { cpuMicros, events } = await run(name, { ...watched, seconds, gathers: true });
  return { gatheredMicros: cpuMicros / events };
}

const watched = { tasks: 1, readers: 1000, perSecond: 50 };

/**
 * (c) A thousand tasks that one each watches. The pace is that of a timer, which is late by up to a millisecond, so the
 * delay is told from when an event was made.
 */
async function manyTasks(
  name: string,
  { seconds }: Extent,
): Promise<Pick<Figures, 'manyMicros' | 'manyP50Ms' | 'manyP99Ms'>> {
  const { cpuMicros, events, transits } = await run(name, { tasks: 1000, readers: 1000, perSecond: 2000, seconds });
  return { manyMicros: cpuMicros / events, manyP50Ms: quantile(transits, 0.5), manyP99Ms: quantile(transits, 0.99) };
}

/** From one rate to the next. */
const rateStep = 1.25;

/**
 * (d) The rate is raised until the 99th percentile passes 100 ms or events are missing, twice at the same rate: once may
 * be what else runs on the machine.
 */
async function saturation(
  name: string,
  { stepSeconds, maxEventsPerSecond }: Extent,
): Promise<Pick<Figures, 'peakPerSecond'>> {
  const [tasks, readers] = [50, 1000];
  const subject = await startSubject(name, { tasks });
  const load = createLoad(subject.target);
  await load.open(readers);
  const each = readers / tasks;

  async function keepsUp(perSecond: number): Promise<boolean> {
    load.reset();
    await subject.produce(perSecond / each, stepSeconds);
    await sleep(150);
    const { events, delays } = load.seen();
    return quantile(delays, 0.99) <= 100 && events >= perSecond * stepSeconds * 0.98;
  }

  let peakPerSecond = 0;
  for (let perSecond = 10_000; perSecond <= maxEventsPerSecond; perSecond *= rateStep) {
    if (!(await keepsUp(perSecond)) && !(await keepsUp(perSecond))) break;
    peakPerSecond = perSecond;
  }
  load.close();
  await subject.stop();
  return { peakPerSecond };
}

/** Ten that read and fifty that never do, against the ten alone. */
async function slowReaders(
  name: string,
  { slowSeconds }: Extent,
): Promise<Pick<Figures, 'slowRatio' | 'slowP99Ms' | 'slowDelivered'>> {
  const work = { tasks: 1, readers: 10, perSecond: 2000, seconds: slowSeconds };
  const without = await run(name, { ...work, seconds: slowSeconds / 2 });
  const withThem = await run(name, { ...work, standing: 50 });
  return {
    slowRatio: withThem.peakRssBytes / without.peakRssBytes,
    slowP99Ms: quantile(withThem.delays, 0.99),
    slowDelivered: withThem.events / (work.perSecond * work.seconds * work.readers),
  };
}

interface Work {
  tasks: number;
  readers: number;
  standing?: number;
  perSecond: number;
  seconds: number;
  gathers?: boolean;
}

async function run(
  name: string,
  { tasks, readers, standing = 0, perSecond, seconds, gathers = false }: Work,
): Promise<ReturnType<Load['seen']> & { cpuMicros: number; peakRssBytes: number }> {
  const subject = await startSubject(name, { tasks, gathers });
  const load = createLoad(subject.target);
  const unread = createLoad(subject.target);
  await load.open(readers);
  if (standing > 0) await unread.open(standing, { standing: true });
  // Warm, so that the compiler's work is not counted.
  await subject.produce(perSecond, Math.min(1, seconds / 4));
  await sleep(200);
  load.reset();
  const before = await subject.usage();
  await subject.produce(perSecond, seconds);
  await sleep(200);
  const after = await subject.usage();
  const seen = load.seen();
  load.close();
  unread.close();
  await subject.stop();
  return { ...seen, cpuMicros: after.cpuMicros - before.cpuMicros, peakRssBytes: after.rssBytes };
}
