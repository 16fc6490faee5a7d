import { sizeClass, sizeClasses } from './estimate.ts';
import type { Duration, Durations } from './estimate.ts';
import { lastOf, scheduleEnd } from './schedule.ts';
import { Snapshot } from './snapshot.ts';
import type { Contender } from './snapshot.ts';
import type { FileState, TaskState } from './task-state.ts';
import type { Places } from './types.ts';

/** A snapshot of the queue is used for so long, unless the queue has changed much meanwhile. */
const snapshotMs = 250;
/** The share of its tasks that may have changed before it is taken anew: so its cost is shared by as many changes. */
const maxChanged = 1 / 8;
/** A quarter of a second is rounded up already: a second too many disappoints less than one too few. */
const roundUp = 0.75;
/** Before so many seconds, how long a file has run says nothing of how long it will. */
const tellingSeconds = 1;
/** Work waiting for so many rounds of the places, and for at most so many places, is laid out file by file. */
const exactRounds = 4;
const exactPlaces = 16;

/** The models that wait for the same places. */
interface Group {
  /** How many there are; undefined where nobody said. */
  places: number | undefined;
  /** Files that run, and the most that were seen to run at once. */
  running: number;
  seen: number;
  contenders: Map<number, Contender>;
  snapshot: Snapshot | undefined;
  takenAt: number;
  changes: number;
}

/** Where a task stands in the order in which the queue serves tasks. */
export interface Standing {
  place: number;
  turn: number;
}

/** A file's remaining work as the estimate sees it, in seconds. */
interface OwnWork {
  leased: number[];
  waiting: number[];
  /** The earliest end of files that are not to be claimed before a time. */
  delayedEnd: number;
  spread: number;
}

/**
 * How long tasks still take: what their own files take here, and how many places they get beside the others that wait.
 * Knows of each unfinished task a few numbers, and answers from a snapshot of all of them, which is taken at most every
 * {@link snapshotMs} or when many have changed: an estimate is made with every report, so it must not walk the queue.
 * In memory and this process's own, as {@link Durations} is.
 */
export class Outlook {
  readonly #durations: Durations;
  readonly #now: () => number;
  #offered: (Pick<Places, 'models'> & Partial<Places>) | undefined;
  /** By group: a model with places of its own is one, all others share one. */
  readonly #groups = new Map<string, Group>();
  readonly #groupByTask = new Map<number, Group>();

  constructor(durations: Durations, now: () => number) {
    this.#durations = durations;
    this.#now = now;
  }

  /** Takes in which models are offered, and the places that their files have. */
  offer(models: readonly string[], places?: Omit<Places, 'models'>): void {
    this.#offered = { models, ...places };
    const contenders = [...this.#groups.values()].flatMap((group) => [...group.contenders.values()]);
    this.#groups.clear();
    this.#groupByTask.clear();
    for (const contender of contenders) this.#put(contender);
  }

  /** Takes in how a task stands; after the commit. */
  note({ place, turn }: Standing, { model, running, ended, files }: TaskState): void {
    const sizes = Array.from({ length: sizeClasses }, () => 0);
    for (const { state, pixels } of files) {
      if (state === 'waiting' || state === 'delayed') sizes[sizeClass(pixels)]! += 1;
    }
    this.#remove(place);
    if (ended < files.length) this.#put({ place, turn, model, running, sizes });
  }

  /** Takes in a task as the rows have it, none of whose files is at work. */
  add(contender: Contender): void {
    this.#put(contender);
  }

  /** Seconds until a task ends, as a whole number of at least 1; undefined where too little is known. */
  estimate(standing: Standing, task: TaskState): number | undefined {
    const group = this.#groupOf(task.model);
    const places = group?.places ?? group?.seen ?? 0;
    const work = this.#work(task);
    if (group === undefined || places < 1 || work === undefined) return undefined;
    const seconds = this.#secondsLeft(standing, task, { group, places, work });
    return Math.max(1, Math.floor(seconds + roundUp));
  }

  #secondsLeft(
    standing: Standing,
    task: TaskState,
    { group, places, work }: { group: Group; places: number; work: OwnWork },
  ): number {
    const { spread } = work;
    const longest = Math.max(work.delayedEnd, lastOf(work.leased, spread));
    if (work.waiting.length === 0) return longest;
    const snapshot = this.#snapshot(group, places);
    const own = sum(work.waiting) / work.waiting.length;
    const ahead = snapshot.ahead({ ...standing, running: task.running, left: work.waiting.length, seconds: own });
    const others = Math.max(0, Math.min(places, group.running) - this.#runningOf(standing.place, group));
    const each = snapshot.seconds || own;
    const laidOut = work.waiting.length + ahead / each;
    if (places <= exactPlaces && laidOut <= exactRounds * places) {
      return Math.max(longest, scheduleEnd({ places, own: work, others: { running: others, ahead, each }, spread }));
    }
    // All places are at work until the last file starts; when it does, the others are on average half-way through theirs.
    const last = work.waiting.at(-1) ?? 0;
    const all = sum(work.leased) + (others * each) / 2 + ahead + sum(work.waiting) - last;
    return Math.max(longest, (all - ((places - 1) * each) / 2) / places + last);
  }

  /** Undefined where too little is known of the model. */
  #work({ model, files, ended }: TaskState): OwnWork | undefined {
    const bySize: (Duration | undefined)[] = [];
    const work: OwnWork = { leased: [], waiting: [], delayedEnd: 0, spread: 0 };
    for (const file of files) {
      if (file.state === 'ended') continue;
      const size = sizeClass(file.pixels);
      const duration = (bySize[size] ??= this.#durations.of(model, size));
      if (duration === undefined) return undefined;
      work.spread = Math.max(work.spread, duration.spread);
      const whole = files.length - ended === 1 ? duration.median : duration.mean;
      if (file.state === 'leased') {
        work.leased.push(this.#secondsOf(file, whole));
        continue;
      }
      work.waiting.push(whole);
      if (file.state === 'delayed' && file.dueAt !== null) {
        work.delayedEnd = Math.max(work.delayedEnd, (file.dueAt - this.#now()) / 1000 + whole);
      }
    }
    return work;
  }

  /** What is left of a running file: what files usually take, and more and more what its own pace comes to. */
  #secondsOf({ progress, startedAt }: FileState, whole: number): number {
    const done = progress / 100;
    const elapsed = startedAt === null ? 0 : (this.#now() - startedAt) / 1000;
    if (elapsed < tellingSeconds) return whole * (1 - done);
    // One that has run for longer than usual without saying how far it is goes on for a while.
    if (done === 0) return Math.max(whole - elapsed, elapsed / 4);
    // Its own pace counts soon: a tenth of the way says a third.
    const own = Math.sqrt(done);
    return (1 - done) * ((1 - own) * whole + (own * elapsed) / done);
  }

  #runningOf(place: number, group: Group): number {
    return group.contenders.get(place)?.running ?? 0;
  }

  #snapshot(group: Group, places: number): Snapshot {
    const now = this.#now();
    const { snapshot, takenAt, changes, contenders } = group;
    const isOld = changes > 0 && (now - takenAt >= snapshotMs || now < takenAt);
    if (snapshot !== undefined && !isOld && changes <= contenders.size * maxChanged) return snapshot;
    const seconds = ({ model, sizes }: Contender) => this.#secondsOfAll(model, sizes);
    group.snapshot = new Snapshot([...contenders.values()], places, seconds);
    group.takenAt = now;
    group.changes = 0;
    return group.snapshot;
  }

  /** Of all waiting files of a task together. A model of which nothing is known yet is left out. */
  #secondsOfAll(model: string, sizes: readonly number[]): number {
    return sum(sizes.map((files, size) => (files === 0 ? 0 : files * (this.#durations.of(model, size)?.mean ?? 0))));
  }

  #put(contender: Contender): void {
    const group = this.#groupOf(contender.model);
    if (group === undefined) return;
    group.contenders.set(contender.place, contender);
    this.#groupByTask.set(contender.place, group);
    group.running += contender.running;
    group.seen = Math.max(group.seen, group.running);
    group.changes += 1;
  }

  #remove(place: number): void {
    const group = this.#groupByTask.get(place);
    if (group === undefined) return;
    group.running -= this.#runningOf(place, group);
    group.contenders.delete(place);
    this.#groupByTask.delete(place);
    group.changes += 1;
  }

  /** Undefined for a model that is known not to be offered: nobody can say when it is. */
  #groupOf(model: string): Group | undefined {
    const offered = this.#offered;
    if (offered && !offered.models.includes(model)) return undefined;
    const own = offered?.own?.get(model);
    const name = own === undefined ? '' : model;
    let group = this.#groups.get(name);
    if (group === undefined) {
      const places = own ?? offered?.shared;
      group = { places, running: 0, seen: 0, contenders: new Map(), snapshot: undefined, takenAt: 0, changes: 0 };
      this.#groups.set(name, group);
    }
    return group;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
