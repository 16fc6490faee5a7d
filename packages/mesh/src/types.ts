import type { Origin } from './convert/placement.ts';
import type { ModelMeasures } from './measure-model.ts';
import type { Message } from './messages.ts';

/** The stages of `generateModel`, in order. */
export const stages = ['decode', 'foreground', 'height', 'mesh', 'texture', 'preview', 'write'] as const;

/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** What bodies an outline can become. See `docs/mesh.md`. */
export const shapeKinds = ['round', 'soft', 'flat', 'plaque', 'lathe'] as const;

/** One of {@link shapeKinds}. */
export type ShapeKind = (typeof shapeKinds)[number];

/** Thicknesses with names: like a coin, like a cushion, or as thick as the outline suggests. */
export const depthNames = ['medal', 'soft', 'full'] as const;

/** One of {@link depthNames}. */
export type DepthName = (typeof depthNames)[number];

/** Thickness in per cent of the object's longest side, 1 to 100, or a name. */
export type Depth = number | DepthName;

/** `object` never falls back to a relief, `relief` always makes one. */
export const modes = ['auto', 'object', 'relief'] as const;

/** Which pieces of the object become solid. */
export const partsKept = ['all', 'largest'] as const;

/** All optional. */
export interface GenerateOptions {
  /** The maximum number of triangles, a whole number of at least 100. Default 20 000. */
  faceLimit?: number;
  /** The body that the outline becomes. Default `auto`: by the outline and the photo's shading. */
  shape?: ShapeKind | 'auto';
  /** Default: what suits the shape. */
  depth?: Depth | undefined;
  /** How strongly the photo's shading is embossed into the surface, 0 to 1. Default 0. */
  detail?: number;
  /** `object` never falls back to a relief, `relief` always makes one. Default `auto`. */
  mode?: (typeof modes)[number];
  /**
   * Bytes of an image with the photo's proportions, used instead of any segmentation: the object is white or, where the
   * image has an alpha channel that hides something, opaque. All white means the whole picture, as a relief. A mask
   * coarser than the photo is aligned with the photo's own edges.
   */
  mask?: Uint8Array;
  /** Whether all pieces of the object become solid, or the largest alone. Default `all`. */
  parts?: (typeof partsKept)[number];
  /** The longest side of the object in millimetres, 1 to 100 000. Default 1 000. */
  sizeMm?: number;
  /** Where the origin is, in the bounding box of the object: under its middle, or in it. Default `bottom`. */
  origin?: Origin;
}

/** One progress report. */
export interface GenerateProgress {
  stage: Stage;
  /** 0 to 1 of the whole; never decreases. */
  fraction: number;
  message: Message;
}

/** How the caller follows and cancels the work. */
export interface GenerateContext {
  /** Checked between stages; once aborted, `generateModel` rejects with its reason. */
  signal?: AbortSignal;
  report?(progress: GenerateProgress): void;
}

/** How the object was separated from the background; `mask` is the caller's own, `relief` the whole picture. */
export type Method = 'mask' | 'alpha' | 'backdrop' | 'scene' | 'rectangle' | 'learned' | 'relief';

/** What the model is like; metres. */
export interface Statistics extends ModelMeasures {
  /** Triangles. */
  faces: number;
  /** Distinct positions; in the file, those on the seam between front and back are doubled. */
  vertices: number;
  method: Method;
  /** How the outline was found, and how sure it is, 0 to 1; absent where the caller chose it. */
  cut?: { method: Method; score: number };
  /** The body that the outline became; absent for a relief of the whole picture. */
  shape?: ShapeKind;
  /** What was dropped, limited or guessed. */
  warnings: Message[];
}

/** The result of `generateModel`. */
export interface GeneratedModel {
  /** Binary glTF 2.0 with one mesh and one embedded texture. */
  glb: Uint8Array;
  /** WebP, 512 × 512 px, on a transparent background. */
  preview: Uint8Array;
  statistics: Statistics;
}

/** The result of `cutImage`. */
export interface ImageCuts {
  /** Pixels of the upright photo. */
  width: number;
  height: number;
  /** Best first; the first is what `generateModel` makes by itself. */
  candidates: ImageCut[];
}

/** One way to cut out the object of a photo. Given to `generateModel` as its mask, it is used. */
export interface ImageCut {
  method: Method;
  /** How sure it is, 0 to 1: the intersection over union with the right outline that is to be expected. */
  score: number;
  /** A grey PNG of at most 320 pixels, white where the object is; all white for `relief`. */
  mask: Uint8Array;
  warnings: Message[];
}

/** The result of `inspectImage`. */
export interface ImageInfo {
  format: 'jpeg' | 'png' | 'webp' | 'avif';
  /** The media type of `format`. */
  contentType: string;
  /** Pixels of the upright picture. */
  width: number;
  height: number;
}
