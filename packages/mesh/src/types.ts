/** What `generateModel` goes through, in order; a report names one of them. */
export const stages = ['decode', 'foreground', 'height', 'mesh', 'texture', 'preview', 'write'] as const;

/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** How thick the object becomes: a coin, a cushion, or as thick as its outline suggests. */
export type Depth = 'medal' | 'soft' | 'full';

/** What a caller may choose; every field has a default. */
export interface GenerateOptions {
  /** Triangles at most: a whole number from 100. Default 20 000. */
  faceLimit?: number;
  /** Default `full`. */
  depth?: Depth;
  /** How much the shading of the photo is embossed into the surface, 0 to 1. Default 0. */
  detail?: number;
  /** `object` never falls back to a relief, `relief` always makes one. Default `auto`. */
  mode?: 'auto' | 'object' | 'relief';
  /** Bytes of an image of the same picture, white where the object is. It overrides every other search. */
  mask?: Uint8Array;
}

/** One report of progress. */
export interface GenerateProgress {
  stage: Stage;
  /** 0 to 1 of the whole; never goes back. */
  fraction: number;
  /** For a person, in English. */
  message: string;
}

/** How the caller follows and stops the work. */
export interface GenerateContext {
  /** Looked at many times a second; once aborted, `generateModel` rejects with its reason. */
  signal?: AbortSignal;
  report?(progress: GenerateProgress): void;
}

/** How the object was told from its surroundings. */
export type Method = 'alpha' | 'backdrop' | 'scene' | 'relief' | 'mask';

/** What was made. */
export interface Statistics {
  /** Triangles. */
  faces: number;
  /** Distinct positions; the file repeats those on the seam between front and back. */
  vertices: number;
  /** Extents in metres; the longest side of the picture is one metre. */
  width: number;
  height: number;
  depth: number;
  method: Method;
  /** Sentences for a person: what was dropped, limited or guessed. */
  warnings: string[];
}

/** The result of `generateModel`. */
export interface GeneratedModel {
  /** Binary glTF 2.0 with one mesh and one embedded texture. */
  glb: Uint8Array;
  /** WebP, 512 × 512 px, transparent ground. */
  preview: Uint8Array;
  statistics: Statistics;
}

/** What `inspectImage` found out. */
export interface ImageInfo {
  format: 'jpeg' | 'png' | 'webp';
  /** The media type of `format`. */
  contentType: string;
  /** Pixels, after the picture was turned upright. */
  width: number;
  height: number;
}
