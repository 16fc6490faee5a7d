import type { Cost, Message, ModelInfo, Statistics } from '@image2model/protocol';

/** A picture of the object. `bytes` are as uploaded, already checked. */
export interface Picture {
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

/** What a model works on: one or several pictures of the same object, the main one first. */
export interface ModelInput {
  fileId: string;
  pictures: readonly [Picture, ...Picture[]];
  /** What to keep of the main one: white, or opaque. Given to models with `usesMasks` alone. */
  mask?: Pick<Picture, 'bytes'> | undefined;
}

/** What was asked for: the face budget of the upload and the model's own options, already checked against its schema. */
export interface ModelOptions {
  faceLimit: number | null;
  options: Readonly<Record<string, unknown>>;
}

/** How far a generation is. `fraction` is 0 to 1 of the whole; `stage` is a short stable word, `message` for a person. */
export interface ModelReport {
  stage: string;
  fraction: number;
  message: Message;
}

export interface ModelContext {
  /**
   * Aborted when the file is no longer ours or the process shuts down; the work then stops within a second, save that a
   * submit on its way is waited for: without its answer nobody could cancel or resume the job. What goes on at a provider
   * is not cancelled by it: after a cancel that is a cleanup of its own (see {@link Model.cancel}).
   */
  signal: AbortSignal;
  /** Called as often as the model likes; thinned before it is stored. */
  report(report: ModelReport): void;
  /** What an earlier attempt at this very file stored with `remember`, if anything. */
  remembered: unknown;
  /**
   * Stores what a restart needs to go on instead of paying again; undefined forgets it. Waits for room. Written when the
   * promise resolves, which rejects where the file is no longer ours. JSON.
   */
  remember(state: unknown): Promise<void>;
  /**
   * Has work at a provider cancelled that this attempt leaves behind, by what `remember` would have stored of it. Written
   * when the promise resolves: from then on it is done even if this process dies. Rejects where there is no room soon.
   */
  abandon(state: unknown): Promise<void>;
}

/** One finished generation. */
export interface Generated {
  /** glTF binary. */
  glb: Uint8Array;
  /** A small picture of the model, if it has one. */
  preview: { bytes: Uint8Array; contentType: string } | null;
  statistics: Statistics;
  /** What a provider charged. */
  cost?: Cost;
  /** What the model gave besides; see {@link Extra}. */
  extras?: readonly Extra[];
}

/** A file beside the GLB, as another format of it or a texture. */
export interface Extra {
  /** Short, lower case, told apart from the others of its file: `fbx`, `base`, `texture-1`. */
  name: string;
  /** Without the dot. */
  extension: string;
  contentType: string;
  bytes: Uint8Array;
}

/** What a model says of itself; how long it takes here, the engine knows. */
export type ModelDescription = Omit<ModelInfo, 'typical_seconds' | 'masks'>;

/**
 * A way to make a model from a picture: the port that every generator is an adapter of.
 *
 * `generate` throws {@link ModelError} for what is expected to go wrong; anything else counts as a temporary error.
 */
export interface Model {
  readonly id: string;
  /**
   * Concurrent files of a remote model, over all workers. Models without a value run locally and share the
   * `WORKER_CONCURRENCY` slots of their process.
   */
  readonly concurrency?: number;
  /** Pictures of one object that it can use. Default 1. */
  readonly maxPictures?: number;
  /** Whether it does as a mask says; without it a mask is left out, and a new one refused. */
  readonly usesMasks?: boolean;
  /** Whether an earlier result of the same image and options is as good as a new one: it is reused. */
  readonly reusable?: boolean;
  describe(): ModelDescription;
  /** Resolves when `describe` can say all that is to be known, or that it cannot be known now. Never rejects. */
  ready?(): Promise<void>;
  /** Checks options as a client sent them; returns them with defaults filled in, or sentences that say what is wrong. */
  checkOptions(options: unknown): { options: Record<string, unknown> } | { problems: Message[] };
  generate(input: ModelInput, options: ModelOptions, context: ModelContext): Promise<Generated>;
  /**
   * Cancels work that goes on elsewhere, by what its attempt remembered: its file was cancelled, or nobody waits for it.
   * Resolves when nothing is left to do, and rejects where that is to be tried again. May be called twice for the same.
   */
  cancel?(remembered: unknown): Promise<void>;
  /** Frees threads and connections; may be called twice. */
  close(): Promise<void>;
}
