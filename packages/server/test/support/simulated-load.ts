import type { ClaimOptions, Engine, Lease, NewJob } from '../../src/engine/contract.ts';
import { isEnding } from '@image2model/protocol';
import { entryEvent } from '../../src/engine/contract.ts';
import { newJob } from './jobs.ts';

/** A model of the simulation: how long its files take by the size of the image, and how many it may have at work. */
export interface SimulatedModel {
  id: string;
  /** Median seconds of a small and of a large image. */
  seconds: readonly [small: number, large: number];
  /** Of a remote model; local ones share the places of the machine. */
  concurrency?: number;
  /** The share of attempts that fail and are repeated. */
  failing?: number;
}

/** Jobs that come at once. */
interface Arrival {
  /** When, in seconds from the start. */
  at: number;
  jobs: number;
  files: number;
  model: string;
}

/** What a machine has to do. */
export interface Load {
  /** Files of local models at once. */
  places: number;
  models: readonly SimulatedModel[];
  arrivals: readonly Arrival[];
  /** How widely durations vary: the standard deviation of their logarithm. */
  spread: number;
}

/** What a task was said to take, and what it took from then on, in seconds. */
export interface Estimate {
  taskId: string;
  said: number;
  took: number;
}

/** An engine whose clock is moved by hand. */
interface Machine {
  engine: Engine;
  advance: (ms: number) => Promise<void>;
  /** Numbers from 0 to 1; the same ones for the same seed. */
  random: () => number;
}

/** What is learned from before the load comes. */
const learnedFiles = 24;
/** Sizes of images, in pixels. */
const [small, large] = [500_000, 8_000_000];
/** The clock moves by at most so many ms, so that what comes due within the engine is noticed. */
const stepMs = 250;
/** Parts of its time after which a file reports. */
const reportsAt = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95];
const lease = { worker: 'simulated', leaseMs: 3_600_000 };

interface Running {
  lease: Lease;
  startedAt: number;
  ms: number;
  reports: number;
  fails: boolean;
}

/**
 * Drives a real engine through a load as a runner does, on a clock that is moved from event to event: hours pass in
 * seconds, and a seed gives the same figures each time. Returns every estimate that was made, and how many tasks there were.
 */
export async function simulateLoad(machine: Machine, load: Load): Promise<{ estimates: Estimate[]; tasks: number }> {
  const learning = load.models.map(({ id: model }) => ({ at: 0, jobs: learnedFiles, files: 1, model }));
  await new Simulation(machine, { ...load, arrivals: learning }).run();
  return await new Simulation(machine, load).run();
}

class Simulation {
  readonly #machine: Machine;
  readonly #load: Load;
  readonly #running = new Set<Running>();
  readonly #said: { taskId: string; said: number; at: number }[] = [];
  readonly #endedAt = new Map<string, number>();
  #now = 0;
  #tasks = 0;

  constructor(machine: Machine, load: Load) {
    this.#machine = machine;
    this.#load = load;
  }

  async run(): Promise<{ estimates: Estimate[]; tasks: number }> {
    const due = this.#load.arrivals.toSorted((a, b) => a.at - b.at);
    await this.#offer();
    while (due.length > 0 || this.#endedAt.size < this.#tasks) {
      while (due[0] && due[0].at * 1000 <= this.#now) await this.#arrive(due.shift()!);
      await this.#claimAll();
      await this.#step(Math.min(due[0] ? due[0].at * 1000 : Infinity, ...[...this.#running].map(nextAt)));
    }
    const estimates = this.#said.map(({ taskId, said, at }) => {
      return { taskId, said, took: ((this.#endedAt.get(taskId) ?? at) - at) / 1000 };
    });
    return { estimates, tasks: this.#tasks };
  }

  async #offer(): Promise<void> {
    const { models, places } = this.#load;
    const own = models.flatMap(({ id, concurrency }) =>
      concurrency === undefined ? [] : [[id, concurrency] as const],
    );
    const ids = models.map(({ id }) => id);
    await this.#machine.engine.offer(ids, { shared: places, own: new Map(own) });
  }

  async #arrive({ jobs, files, model }: Arrival): Promise<void> {
    const { engine, random } = this.#machine;
    for (let count = 0; count < jobs; count += 1) {
      const job = withSizes(newJob(files, { model }), random);
      this.#tasks += 1;
      await engine.subscribe(job.taskId, (entries) => {
        for (const entry of entries) {
          const event = entryEvent(entry);
          // Of the event itself: it may be handed out a little later.
          const at = event.data.timestamp;
          if (isEnding(event.type)) this.#endedAt.set(job.taskId, at);
          const said = event.type === 'task_progress' ? event.data.eta_seconds : undefined;
          if (said !== undefined) this.#said.push({ taskId: job.taskId, said, at });
        }
      });
      await engine.submit(job);
    }
  }

  async #claimAll(): Promise<void> {
    for (;;) {
      const models = this.#room();
      const claimed = models.length > 0 && (await this.#machine.engine.claim({ ...lease, models }));
      if (!claimed) return;
      const { random } = this.#machine;
      const { seconds, failing = 0 } = this.#modelOf(claimed.model);
      const median = seconds[claimed.file.pixels === small ? 0 : 1];
      const ms = 1000 * median * Math.exp(this.#load.spread * normal(random));
      this.#running.add({ lease: claimed, startedAt: this.#now, ms, reports: 0, fails: random() < failing });
    }
  }

  /** As the runner offers them. */
  #room(): ClaimOptions['models'] {
    const { models, places } = this.#load;
    const here = [...this.#running].filter((file) => this.#modelOf(file.lease.model).concurrency === undefined).length;
    return models
      .filter(({ concurrency }) => concurrency !== undefined || here < places)
      .map(({ id, concurrency }) => ({ id, maxRunning: concurrency }));
  }

  #modelOf(id: string): SimulatedModel {
    const model = this.#load.models.find((each) => each.id === id);
    if (!model) throw new Error(`no model ${id}`);
    return model;
  }

  /** Lets time pass until something happens. */
  async #step(until: number): Promise<void> {
    const ms = Math.max(1, Math.ceil(Math.min(until - this.#now, stepMs)));
    await this.#machine.advance(ms);
    this.#now += ms;
    for (const file of this.#running) if (nextAt(file) <= this.#now) await this.#move(file);
  }

  async #move(file: Running): Promise<void> {
    const { engine, random } = this.#machine;
    const { token } = file.lease;
    const done = reportsAt[file.reports];
    if (done !== undefined) {
      file.reports += 1;
      await engine.report(token, done * 100, { text: 'At work' });
      return;
    }
    this.#running.delete(file);
    // At the third attempt it works.
    if (file.fails && file.lease.attempt < 3) {
      await engine.release(token, { delayMs: Math.ceil(1000 * 2 ** (file.lease.attempt - 1) * random()) });
      return;
    }
    await engine.finish(token, { status: 'completed', result: resultOf(file.lease) });
  }
}

/** When a file reports next or ends. */
function nextAt({ startedAt, ms, reports }: Running): number {
  return startedAt + ms * (reportsAt[reports] ?? 1);
}

/** In the order in which the queue serves them, so that a seed gives the same files the same size. */
function withSizes(job: NewJob, random: () => number): NewJob {
  const files = job.files.toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1));
  return { ...job, files: files.map((file) => ({ ...file, pixels: random() < 0.7 ? small : large })) };
}

function resultOf({ file }: Lease) {
  return {
    file_id: file.fileId,
    filename: `${file.fileId}.glb`,
    size: 10,
    mime_type: 'model/gltf-binary',
    created_time: new Date(0).toISOString(),
    rendered_image: null,
    statistics: {},
    sha256: file.sha256,
  };
}

/** A number of the standard normal distribution, by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
