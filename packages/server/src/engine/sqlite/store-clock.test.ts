import { describe, expect, it } from 'vitest';
import { StoreClock } from './store-clock.ts';
import type { MachineClocks } from './store-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
const start = Date.UTC(2026, 0, 1);

/** A machine whose clock is set and that sleeps, is switched off and runs as a test says. */
class Machine {
  wall = start;
  up = 1000;
  process = 0;
  boot = 'first';
  hasUptime = true;

  pass(ms: number): void {
    this.process += ms;
    this.#goOn(ms);
  }

  /** Or stands without a process. */
  sleep(ms: number): void {
    this.#goOn(ms);
  }

  reboot(offMs: number, wall = this.wall + offMs): void {
    this.boot = `after ${this.boot}`;
    this.up = 20_000;
    this.wall = wall;
  }

  clocks(): MachineClocks {
    return {
      wall: () => this.wall,
      monotonic: () => this.process,
      uptime: this.hasUptime ? () => this.up : undefined,
      boot: this.hasUptime ? this.boot : undefined,
    };
  }

  open(saved?: string, newest = 0): StoreClock {
    this.process = 0;
    return new StoreClock(saved === undefined ? undefined : JSON.parse(saved), newest, this.clocks());
  }

  #goOn(ms: number): void {
    this.wall += ms;
    this.up += ms;
  }
}

describe('the time of the store', () => {
  it('shows a time as it was, though the wall clock drifts a little', () => {
    const machine = new Machine();
    const clock = machine.open();
    machine.pass(1000);
    machine.wall += 7;
    const shown = machine.wall;
    expect(clock.toWall(clock.toStore(shown))).toBe(shown);
  });

  it('shows a time as it was after restarts, whose length the uptime tells only roughly', () => {
    const machine = new Machine();
    let clock = machine.open();
    const time = clock.now();
    for (let restart = 0; restart < 30; restart += 1) {
      const saved = clock.save();
      machine.sleep(1000);
      machine.up -= 9;
      clock = machine.open(saved);
      expect(clock.toWall(time)).toBe(start);
    }
    machine.wall += hourMs;
    expect(clock.toWall(time)).toBe(start + hourMs);
  });

  it('begins as the wall clock and does not follow it when that is set, while what people see does', () => {
    const machine = new Machine();
    const clock = machine.open();
    expect([clock.now(), clock.toWall()]).toEqual([start, start]);
    const jumps = [-hourMs, dayMs, -4 * yearMs, 4 * yearMs - dayMs + hourMs];
    let [passed, wrong] = [0, 0];
    for (const jump of jumps) {
      machine.wall += jump;
      wrong += jump;
      machine.pass(minuteMs);
      passed += minuteMs;
      expect(clock.now()).toBe(start + passed);
      expect(clock.toWall()).toBe(machine.wall);
      expect(clock.toWall(start)).toBe(start + wrong);
    }
    // Set right again.
    expect(clock.toWall(start)).toBe(start);
  });

  it('shows the same time each time, though two clocks never agree to the millisecond', () => {
    const machine = new Machine();
    const clock = machine.open();
    for (const jitter of [1, -2, 1, 3, -4]) {
      machine.pass(1000);
      machine.wall += jitter;
      expect(clock.toWall(start)).toBe(start);
    }
  });

  it('counts what the machine slept', () => {
    const machine = new Machine();
    const clock = machine.open();
    machine.pass(5000);
    machine.sleep(8 * hourMs);
    machine.pass(2000);
    expect(clock.now()).toBe(start + 7000 + 8 * hourMs);
  });

  it('knows over a restart how long no process ran, whatever was made of the wall clock meanwhile', () => {
    for (const jump of [-hourMs, dayMs, 4 * yearMs, -40 * yearMs]) {
      const machine = new Machine();
      const saved = machine.open().save();
      machine.sleep(3 * hourMs);
      machine.wall += jump;
      const clock = machine.open(saved);
      machine.pass(2 * hourMs);
      expect(clock.now()).toBe(start + 5 * hourMs);
      expect(clock.toWall(start)).toBe(start + jump);
      machine.wall -= jump;
      expect(clock.toWall(start)).toBe(start);
    }
  });

  it('loses nothing of what ran since it was saved last', () => {
    const machine = new Machine();
    const clock = machine.open();
    const saved = clock.due() ?? '';
    machine.pass(50_000);
    expect(clock.due()).toBeUndefined();
    expect(machine.open(saved).now()).toBe(start + 50_000);
  });

  it('counts a night without the machine, ten minutes of it at once', () => {
    const machine = new Machine();
    const saved = machine.open().save();
    machine.reboot(9 * hourMs);
    const clock = machine.open(saved);
    expect(clock.now()).toBe(start + 10 * minuteMs + 1);
    expect([clock.toWall(), clock.toWall(start)]).toEqual([machine.wall, start]);
    machine.pass(10 * minuteMs);
    expect(clock.now()).toBe(start + 9 * hourMs + 10 * minuteMs);
    machine.pass(minuteMs);
    expect([clock.toWall(), clock.toWall(start)]).toEqual([machine.wall, start]);
  });

  // Promised: A machine that starts with a wrong date ends nothing that is kept for more than a day.
  it('counts no more than a day for a clock that is years ahead, and ten minutes where it is set right by then', () => {
    for (const [correctedAfter, counted] of [
      [minuteMs, 10 * minuteMs],
      [hourMs, dayMs],
    ] as const) {
      const machine = new Machine();
      const saved = machine.open().save();
      machine.reboot(0, start + 4 * yearMs);
      const clock = machine.open(saved);
      machine.pass(correctedAfter);
      clock.now();
      machine.wall = start + correctedAfter;
      machine.pass(2 * hourMs);
      expect(clock.now()).toBe(start + counted + 1 + correctedAfter + 2 * hourMs);
      expect([clock.toWall(), clock.toWall(start)]).toEqual([machine.wall, start]);
    }
  });

  // Promised: A machine that starts with a wrong date ends nothing that is kept for more than a day.
  it('counts what was missed where the machine starts in 1970 and the network sets the clock', () => {
    const machine = new Machine();
    const saved = machine.open().save();
    machine.reboot(0, 0);
    const clock = machine.open(saved);
    expect(clock.now()).toBe(start + 1);
    machine.pass(minuteMs);
    machine.wall = start + 5 * hourMs;
    machine.pass(9 * minuteMs);
    expect(clock.now()).toBe(start + 5 * hourMs + 9 * minuteMs);
    expect([clock.toWall(), clock.toWall(start)]).toEqual([machine.wall, start]);
  });

  it('goes on from the last job of a database that never saved a time', () => {
    const machine = new Machine();
    const clock = machine.open(undefined, start - 30 * dayMs);
    expect(clock.now()).toBe(start - 30 * dayMs + 10 * minuteMs + 1);
    expect(clock.toWall(start - 30 * dayMs)).toBe(start - 30 * dayMs);
    machine.pass(hourMs);
    expect(clock.now()).toBe(start - 29 * dayMs + hourMs + 1);
    // Its clock was ahead.
    const behind = machine.open(undefined, machine.wall + dayMs);
    expect(behind.now()).toBe(machine.wall + dayMs + 1);
    expect(behind.toWall()).toBe(machine.wall);
  });

  it('goes by the wall clock where nothing else is known, and never back', () => {
    const machine = new Machine();
    machine.hasUptime = false;
    const saved = machine.open().save();
    machine.sleep(minuteMs);
    const clock = machine.open(saved);
    expect(clock.now()).toBe(start + minuteMs);
    const later = clock.save();
    machine.wall -= dayMs;
    expect(machine.open(later).now()).toBe(start + minuteMs + 1);
    // Stamped after it was saved last.
    expect(machine.open(later, start + hourMs).now()).toBe(start + hourMs + 1);
  });
});
