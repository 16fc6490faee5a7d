import { isSize, maxSizeMm, minSizeMm, origins } from './convert/placement.ts';
import type { Placement } from './convert/placement.ts';
import { ImageError } from './image-error.ts';
import { meshMessage } from './messages.ts';
import { depthNames, modes, partsKept, shapeKinds } from './types.ts';
import type { Depth, GenerateOptions, ShapeKind } from './types.ts';

/** With fewer faces no shape is recognisable. */
const minFaces = 100;
const defaultFaceLimit = 20_000;
/** Thickness in per cent of the longest side. */
const minDepth = 1;
const maxDepth = 100;

/** The options that a model's shape depends on, checked. */
export interface ShapeOptions {
  shape: ShapeKind | 'auto';
  /** Undefined: what suits the shape. */
  depth: Depth | undefined;
  /** 0 to 1. */
  detail: number;
  faceLimit: number;
}

/** The others, checked; size and origin stay as they are given. */
type Others = Required<Pick<GenerateOptions, 'mode' | 'parts'>>;

/** Options with their defaults. Programs without types pass anything, so nothing is taken on trust. @throws ImageError */
export function checkOptions(options: GenerateOptions): ShapeOptions & Others {
  const { shape = 'auto', depth, detail = 0, mode = 'auto', parts = 'all', faceLimit = defaultFaceLimit } = options;
  if (!Number.isInteger(faceLimit) || faceLimit < minFaces) {
    throw new ImageError('FACE_LIMIT_TOO_LOW', meshMessage('mesh.face_limit_too_low', { min: minFaces }));
  }
  const choices = ['auto', ...shapeKinds] as const;
  if (!choices.includes(shape)) {
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.shape_invalid', { names: choices.join(', ') }));
  }
  if (depth !== undefined && !isDepth(depth)) {
    const values = { min: minDepth, max: maxDepth, names: depthNames.join(', ') };
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.depth_invalid', values));
  }
  if (!Number.isFinite(detail)) throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.detail_invalid'));
  if (!modes.includes(mode)) {
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.mode_invalid', { names: modes.join(', ') }));
  }
  if (!partsKept.includes(parts)) {
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.parts_invalid', { names: partsKept.join(', ') }));
  }
  checkPlace(options);
  return { shape, depth, detail: Math.min(Math.max(detail, 0), 1), mode, parts, faceLimit };
}

function checkPlace({ sizeMm, origin }: Placement): void {
  if (sizeMm !== undefined && !isSize(sizeMm)) {
    const bounds = { min: minSizeMm, max: maxSizeMm };
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.size_invalid', bounds));
  }
  if (origin !== undefined && !origins.includes(origin)) {
    throw new ImageError('INVALID_OPTIONS', meshMessage('mesh.origin_invalid', { names: origins.join(', ') }));
  }
}

function isDepth(depth: Depth): boolean {
  if (typeof depth === 'number') return depth >= minDepth && depth <= maxDepth;
  return depthNames.includes(depth);
}
