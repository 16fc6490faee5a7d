import type { Cost, ModelInfo, Statistics } from '@image2model/protocol';

/** The picture that a model works on. `bytes` are as uploaded, already checked. */
export interface ModelInput {
  fileId: string;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

/** What was asked for: the face budget of the upload and the model's own options, already checked against its schema. */
export interface ModelOptions {
  faceLimit: number | null;
  options: Readonly<Record<string, unknown>>;
}

/** How far a generation is. `fraction` is 0 to 1 of the whole; `stage` is a short stable word, `message` a sentence. */
export interface ModelReport {
  stage: string;
  fraction: number;
  message: string;
}

export interface ModelContext {
  /** Aborted when the file is cancelled or the process shuts down; the work then stops within a second. */
  signal: AbortSignal;
  /** Called as often as the model likes; thinned before it is stored. */
  report(report: ModelReport): void;
  /** What an earlier attempt at this very file stored with `remember`, if anything. */
  remembered: unknown;
  /**
   * Stores what a restart needs to go on instead of paying again; undefined forgets it. Written when the promise
   * resolves, which rejects where the file is no longer ours. JSON.
   */
  remember(state: unknown): Promise<void>;
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
export type ModelDescription = Omit<ModelInfo, 'typical_seconds'>;

/**
 * A way to make a model from a picture: the port that every generator is an adapter of.
 *
 * `generate` throws {@link ModelError} for what is expected to go wrong; anything else counts as a fault that may pass.
 */
export interface Model {
  readonly id: string;
  /**
   * Files of it at once, for a model whose work is done elsewhere. Those that say nothing work on this machine, and
   * share the places that it has (`WORKER_CONCURRENCY`).
   */
  readonly concurrency?: number;
  /** Whether an earlier result of the same image and options is as good as a new one: it is taken where it is. */
  readonly reusable?: boolean;
  describe(): ModelDescription;
  /** Resolves when `describe` can say all that is to be known, or that it cannot be known now. Never rejects. */
  ready?(): Promise<void>;
  /** Checks options as a client sent them; returns them with defaults filled in, or sentences that say what is wrong. */
  checkOptions(options: unknown): { options: Record<string, unknown> } | { problems: string[] };
  generate(input: ModelInput, options: ModelOptions, context: ModelContext): Promise<Generated>;
  /**
   * Stops what an attempt left going on elsewhere, by what it remembered: its file was cancelled while no attempt was
   * under way. As far as that can be done; never throws.
   */
  abandon?(remembered: unknown): void;
  /** Frees threads and connections; may be called twice. */
  close(): Promise<void>;
}
