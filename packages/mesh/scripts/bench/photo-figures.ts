import type { Stage } from '../../src/types.ts';

/** Seconds that passed, and those of all cores together. */
export interface Spent {
  seconds: number;
  cpu: number;
}

/** What one photo takes. */
export interface PhotoFigures {
  /** The first model of a process, and a later one. */
  cold: Spent;
  warm: Spent;
  /** Seconds of each stage of a warm one. */
  stages: Partial<Record<Stage, number>>;
  /** Finding the candidates at 320 pixels, and one stroke of the brush there; both warm. */
  cut: Spent;
  stroke: Spent;
  /** After the first model, with the picture in memory. */
  peakMb: number;
}
