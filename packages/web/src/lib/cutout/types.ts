import type { Method, Raster } from '@image2model/mesh/cut';
import type { Size } from '../services/measure-photo.ts';

/** One way to cut the object out of a photo. */
export interface Cut {
  method: Method;
  /** How sure it is, 0 to 1. */
  score: number;
  /** 0 to 1 for each pixel of the raster: how much is kept. */
  coverage: Float32Array;
  /** A PNG that covers what is not kept. */
  veil: Blob;
}

/** A photo as it is cut out, small, and the ways to do it, best first. */
export interface PhotoCuts {
  raster: Raster;
  cuts: readonly Cut[];
}

/** A shape that a photo's object may have. */
export interface LikelyShape {
  /** A value of the option `shape`. */
  shape: string;
  /** Address of a small picture of such a model. */
  preview: string;
}

/** What somebody has chosen to keep of a photo. */
export interface ChosenCut {
  /** `mask` if it was drawn. */
  method: Method;
  mask: Blob;
  veil: Blob;
  /** Differs from that of every other choice. */
  key: string;
}

/** Longest side of the picture that is cut out, in pixels: what the server uses too. */
const rasterSide = 320;

/** The size at which a photo is cut out. */
export function rasterSize({ width, height }: Size): Size {
  const scale = Math.min(1, rasterSide / Math.max(width, height));
  const of = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  return { width: of(width), height: of(height) };
}

/** Surer than this, a cut-out needs no second look. */
const sureFrom = 0.8;

/** Whether somebody should look at the cut-out before it is used. */
export function isUnsure({ method, score }: Pick<Cut, 'method' | 'score'>): boolean {
  return method === 'relief' || score < sureFrom;
}
