import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** The clocks of the machine, in ms. */
export interface MachineClocks {
  /** What somebody, or the network, has set: it may jump either way. */
  wall: () => number;
  /** Since the process started; never set, and stands still while the machine sleeps. */
  monotonic: () => number;
  /** Since the machine started, with the time that it slept; undefined where nothing says that reliably. */
  uptime: (() => number) | undefined;
  /** Names this run of the machine: `uptime` can be compared with an earlier one of the same run. */
  boot: string | undefined;
}

/** What the next process goes on from. */
const savedSchema = z.object({
  store: z.number(),
  wall: z.number(),
  uptime: z.number().nullable(),
  boot: z.string().nullable(),
  /** From which store time on how many ms the wall clock is ahead, oldest first. */
  epochs: z.array(z.tuple([z.number(), z.number()])),
});
type Saved = z.infer<typeof savedSchema>;

const dayMs = 24 * 3_600_000;
/** So much of a gap that only the wall clock vouches for counts at once: no harm comes of it. */
const believedMs = 600_000;
/** How long to wait for the network to correct the wall clock before more of the gap counts. */
const correctionMs = 600_000;
/** No more of one gap ever counts: a clock that is years ahead for a while must not end what is kept for days. */
const maxGapMs = dayMs;
/** A wall clock that is this far off was set; less is the difference of two readings. */
const toleranceMs = 100;
/** Between two readings of clocks that are to be compared, and how often they are read at most. */
const maxPauseMs = 5;
const maxReadings = 5;
/** The machine slept if the process's clock falls this far behind. */
const sleepMs = 1000;
/** How often to look whether the machine slept. */
const lookEveryMs = 1000;
const saveEveryMs = 60_000;
const maxEpochs = 64;

/**
 * The store's own time: ms that only ever grow and are compared with nothing but each other. They began as the wall
 * clock when the database was made, and go on by the monotonic clock, over sleep and restarts. Setting the wall clock
 * never moves them. `toWall` says what the wall clock showed, by what it shows now: a clock that was wrong when
 * something was written, and was set right since, shows the right time of it.
 *
 * While no process runs, the machine's uptime vouches for the time. Over a restart of the machine only the wall clock is
 * left, which may be years off until the network sets it: then no more than a day counts, ten minutes of it at once.
 */
export class StoreClock {
  readonly #clocks: MachineClocks;
  readonly #from: Saved;
  readonly #startedAt: number;
  readonly #uptimeAt: number;
  readonly #epochs: [from: number, ahead: number][];
  /** Store time at the start, and what came to it besides the monotonic clock. */
  #base: number;
  #sleptMs = 0;
  /** The wall clock claims that more time went by than counts so far. */
  #isGapOpen = false;
  #lookAt = lookEveryMs;
  #saveAt = 0;

  constructor(saved: Saved | undefined, newestStamp: number, clocks: MachineClocks = machineClocks()) {
    this.#clocks = clocks;
    this.#startedAt = clocks.monotonic();
    this.#uptimeAt = clocks.uptime?.() ?? 0;
    const wall = clocks.wall();
    // A database of an earlier version, whose stamps were the wall clock's; or a new one.
    const first = newestStamp === 0 ? wall : newestStamp;
    this.#from = saved ?? { store: first, wall: first, uptime: null, boot: null, epochs: [[0, 0]] };
    this.#epochs = this.#from.epochs.map(([from, ahead]) => [from, ahead]);
    const claimedMs = wall - this.#from.wall;
    const vouchedMs = this.#vouchedMs(claimedMs);
    const gapMs = vouchedMs ?? Math.min(Math.max(0, claimedMs), believedMs);
    // The last process may have died between a stamp and the next save.
    this.#base = Math.max(this.#from.store + gapMs, newestStamp);
    if (vouchedMs !== undefined || claimedMs === gapMs) return;
    this.#isGapOpen = true;
    // Nothing that was stamped before is of this epoch.
    this.#base += 1;
    this.#beginEpoch();
  }

  now(): number {
    const passed = this.#clocks.monotonic() - this.#startedAt;
    if (passed >= this.#lookAt) this.#look(passed);
    return Math.trunc(this.#base + passed + this.#sleptMs);
  }

  /** The wall clock's time, in ms since the epoch, of a store time; of now unless given. */
  toWall(time: number = this.now()): number {
    const current = this.#epochs.at(-1);
    if (current === undefined) return time;
    const ahead = this.#aheadMs();
    if (Math.abs(ahead - current[1]) > toleranceMs) current[1] = ahead;
    const [, found] = this.#epochs.findLast(([from]) => from <= time) ?? current;
    return time + found;
  }

  /** The store time of what the wall clock has shown just now; `toWall` gives the very same time back. */
  toStore(wallTime: number): number {
    const now = this.now();
    return wallTime - (this.toWall(now) - now);
  }

  /** What is to be saved with the next transaction; undefined where that is not due. */
  due(): string | undefined {
    if (this.#clocks.monotonic() - this.#startedAt < this.#saveAt) return undefined;
    return this.save();
  }

  /** What the next process goes on from. */
  save(): string {
    const { monotonic, uptime: sinceBoot, boot } = this.#clocks;
    this.#saveAt = monotonic() - this.#startedAt + saveEveryMs;
    const store = this.now();
    const upMs = sinceBoot === undefined ? null : Math.round(sinceBoot());
    const saved: Saved = { store, wall: this.toWall(store), uptime: upMs, boot: boot ?? null, epochs: this.#epochs };
    return JSON.stringify(saved);
  }

  /**
   * How long no process ran, where the machine has run all the while. A wall clock that agrees says it more exactly than an
   * uptime in hundredths of a second does: else times that are shown would move by a little with each restart.
   */
  #vouchedMs(claimedMs: number): number | undefined {
    const { uptime: before, boot } = this.#from;
    if (before === null || boot === null || boot !== this.#clocks.boot) return undefined;
    const passed = Math.round(this.#uptimeAt) - before;
    if (passed < 0) return undefined;
    return claimedMs >= 0 && Math.abs(claimedMs - passed) <= toleranceMs ? claimedMs : passed;
  }

  #look(passed: number): void {
    this.#lookAt = passed + lookEveryMs;
    if (this.#clocks.uptime !== undefined) {
      const sleptMs = this.#clocks.uptime() - this.#uptimeAt - passed;
      if (sleptMs > this.#sleptMs + sleepMs) this.#sleptMs = sleptMs;
    }
    if (this.#isGapOpen && passed >= correctionMs) this.#closeGap();
  }

  /** What the wall clock still claims by now is believed, within bounds. */
  #closeGap(): void {
    this.#isGapOpen = false;
    const claimedMs = this.#clocks.wall() - this.#from.wall - (this.now() - this.#from.store);
    if (claimedMs <= 0) return;
    this.toWall();
    this.#base += Math.min(claimedMs, maxGapMs - believedMs);
    this.#beginEpoch();
  }

  /** By how much the wall clock is ahead now. A pause between two readings would look like a clock that was set. */
  #aheadMs(): number {
    for (let reading = 1; ; reading += 1) {
      const before = this.now();
      const wall = this.#clocks.wall();
      if (this.now() - before <= maxPauseMs || reading === maxReadings) return wall - before;
    }
  }

  #beginEpoch(): void {
    this.#epochs.push([this.now(), this.#aheadMs()]);
    if (this.#epochs.length > maxEpochs) this.#epochs.shift();
  }
}

/** Opens the clock of a database whose schema is up to date. */
export function openClock(db: DatabaseSync): StoreClock {
  const row = db.prepare(`SELECT value FROM meta WHERE name = 'clock'`).get() as { value: string } | undefined;
  return new StoreClock(row && parseSaved(row.value), readNewestStamp(db));
}

/** What makes no sense is as good as nothing: then the newest stamps are gone on from. */
function parseSaved(text: string): Saved | undefined {
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** 0 where there is none. */
function readNewestStamp(db: DatabaseSync): number {
  const last = db.prepare('SELECT created_at AS at FROM tasks ORDER BY place DESC LIMIT 1').get();
  if (last === undefined) return 0;
  // Not the highest of all: an earlier version may have stamped some by a clock that was ahead.
  const { at } = last as { at: number };
  const ended = `SELECT max(finished_at) AS at FROM (SELECT finished_at FROM tasks ORDER BY place DESC LIMIT 1000)
    WHERE finished_at <= ?`;
  const { at: endedAt } = db.prepare(ended).get(Math.max(at + dayMs, Date.now())) as { at: number | null };
  return Math.max(at, endedAt ?? 0);
}

function machineClocks(): MachineClocks {
  const clocks = { wall: () => Date.now(), monotonic: () => performance.now() };
  // Elsewhere the uptime is reckoned from the wall clock (macOS), or the process's clock counts sleep anyway.
  if (process.platform !== 'linux') return { ...clocks, uptime: undefined, boot: undefined };
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { ...clocks, uptime: () => uptime() * 1000, boot };
  } catch {
    return { ...clocks, uptime: undefined, boot: undefined };
  }
}
