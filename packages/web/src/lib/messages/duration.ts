import { locale } from './index.ts';
import { formatOf } from './numbers.ts';

/** A duration for a person, no more precise than it is known: `40 seconds`, `3 minutes`, `2 hours`. */
export function duration(seconds: number, tag: string = locale()): string {
  const [value, unit] =
    seconds < 90
      ? [Math.max(1, Math.round(seconds)), 'second']
      : seconds < 5400
        ? [Math.round(seconds / 60), 'minute']
        : [Math.round(seconds / 3600), 'hour'];
  return formatOf(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/**
 * What is left of something under way, for a person: in steps that an estimate does not cross with each of its
 * updates, finer towards the end.
 */
export function timeLeft(seconds: number, tag?: string): string {
  const step = seconds < 30 ? 5 : 10;
  return duration(Math.max(step, Math.round(seconds / step) * step), tag);
}
