import { boxBlur, softBlur } from '../image/blur.ts';
import { close, erode, fillHoles } from '../image/morphology.ts';
import { median } from './median.ts';

/** Gradient of the lightness from which an edge counts, whatever the noise. */
const minEdge = 2.5;
/** How much steeper an edge in focus is than the same edge after a slight blur. */
const minRatio = 1.45;

/** Where a picture is in focus. */
export interface Focus {
  /** 0 to 1: how dense edges in focus are around each pixel. */
  density: Float32Array;
  /** Density along the border over that of the densest places: near 0 for a sharp object before a blurred ground. */
  borderShare: number;
}

/** An edge that is out of focus hardly changes when it is blurred a little more; one in focus loses its steepness. */
export function findFocus(lab: Float32Array, width: number, height: number): Focus {
  const steep = new Float32Array(width * height);
  for (let c = 0; c < 3; c++) {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = lab[3 * i + c]!;
    const blurred = boxBlur(boxBlur(plane, width, height, 1), width, height, 1);
    const here = gradient(plane, width, height);
    const after = gradient(blurred, width, height);
    const limit = Math.max(minEdge, 4 * median(everySeventh(here)));
    for (let i = 0; i < steep.length; i++) {
      if (here[i]! > limit && here[i]! > minRatio * after[i]!)
        steep[i] = Math.max(steep[i]!, Math.min(here[i]! - limit, 12));
    }
  }
  const density = softBlur(steep, width, height, 0.008 * Math.max(width, height));
  const sorted = density.slice().sort();
  const high = Math.max(sorted[Math.floor(0.97 * (sorted.length - 1))]!, 0.3);
  for (let i = 0; i < density.length; i++) density[i] = Math.min(density[i]! / high, 1);
  return { density, borderShare: borderMean(density, width, height) };
}

function everySeventh(plane: Float32Array): Float32Array {
  const result = new Float32Array(Math.ceil(plane.length / 7));
  for (let n = 0; n < result.length; n++) result[n] = plane[7 * n]!;
  return result;
}

function gradient(plane: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(plane.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      result[i] = Math.hypot(plane[i + 1]! - plane[i - 1]!, plane[i + width]! - plane[i - width]!) / 2;
    }
  }
  return result;
}

/** The mean over the half of the border that is least in focus: the object may touch it. */
function borderMean(plane: Float32Array, width: number, height: number): number {
  const thickness = Math.max(3, Math.round(0.03 * Math.min(width, height)));
  const ring: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.min(x, y, width - 1 - x, height - 1 - y) < thickness) ring.push(plane[y * width + x]!);
    }
  }
  ring.sort((a, b) => a - b);
  const count = Math.max(1, Math.floor(0.75 * ring.length));
  let sum = 0;
  for (let n = 0; n < count; n++) sum += ring[n]!;
  return sum / count;
}

/** 1 for what edges in focus enclose, 0 elsewhere. */
export function enclosedByFocus({ density }: Focus, width: number, height: number): Float32Array {
  const long = Math.max(width, height);
  const dense = new Uint8Array(density.length);
  for (let i = 0; i < dense.length; i++) dense[i] = density[i]! > 0.2 ? 1 : 0;
  const closed = fillHoles(close(dense, width, height, Math.round(0.03 * long)), width, height);
  return new Float32Array(erode(closed, width, height, Math.max(1, Math.round(0.008 * long))));
}
