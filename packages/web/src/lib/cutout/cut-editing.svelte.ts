import { createKey } from '@image2model/client';
import type { Stroke } from '@image2model/mesh/cut';
import type { Cutter } from './cutter.ts';
import { maskPng, veilPng } from './png.ts';
import type { ChosenCut, Cut, PhotoCuts } from './types.ts';

/** Points of a stroke are at least this far apart, in pixels of the raster: closer ones draw the same. */
const minStep = 0.75;

/** Where somebody is: a cut to start from, and what was drawn on it. */
interface Step {
  from: Cut;
  strokes: readonly Stroke[];
}

/** The cut-out of one photo, while somebody chooses it and draws on it. The cut follows the strokes, the newest first. */
export class CutEditing {
  readonly #cutter: Pick<Cutter, 'mend'>;
  readonly #past: Step[] = [];
  readonly #future: Step[] = [];
  #running: Promise<void> | undefined;
  #isStale = false;
  /** The stroke that is being drawn. */
  #drawing: Stroke | undefined;
  readonly photo: PhotoCuts;
  #step: Step = $state.raw(undefined as never);
  /** How much of each pixel is kept, as far as the strokes have been worked in. */
  coverage: Float32Array = $state.raw(new Float32Array());
  /** What the next stroke does. */
  kind: Stroke['kind'] = $state('keep');
  #undoable = $state(0);
  #redoable = $state(0);
  /** Whether a stroke is still to be worked in. */
  busy = $state(false);
  /** The stroke that is being drawn or worked in. */
  drawn: Stroke | undefined = $state.raw();

  /** The first cut is chosen, or `from`. */
  constructor(cutter: Pick<Cutter, 'mend'>, photo: PhotoCuts, from: Cut | undefined = photo.cuts[0]) {
    if (!from) throw new Error('A photo always has a cut: the whole of it');
    this.#cutter = cutter;
    this.photo = photo;
    this.#step = { from, strokes: [] };
    this.coverage = from.coverage;
  }

  /** The cut that was chosen; what is drawn goes on top of it. */
  get from(): Cut {
    return this.#step.from;
  }

  get isDrawn(): boolean {
    return this.#step.strokes.length > 0;
  }

  get canUndo(): boolean {
    return this.#undoable > 0;
  }

  get canRedo(): boolean {
    return this.#redoable > 0;
  }

  /** Share of the photo that is kept, 0 to 1. */
  get kept(): number {
    let sum = 0;
    for (const c of this.coverage) if (c >= 0.5) sum += 1;
    return sum / this.coverage.length;
  }

  /** Starts from another cut, with nothing drawn. */
  choose(from: Cut): void {
    if (from !== this.#step.from || this.isDrawn) this.#go({ from, strokes: [] });
  }

  /** Begins a stroke, or goes on with it; the point and the radius are in pixels of the raster. */
  draw(point: readonly [number, number], radius: number): void {
    const { kind, points } = this.#drawing ?? { kind: this.kind, points: [] };
    const last = points.at(-1);
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < minStep) return;
    this.#drawing = { kind, radius: this.#drawing?.radius ?? radius, points: [...points, point] };
    this.#renew();
  }

  /** Ends the stroke; without `keep` it was never drawn. */
  endStroke(keep = true): void {
    const drawn = this.#drawing;
    this.#drawing = undefined;
    if (!drawn) return;
    if (keep) this.#go({ from: this.#step.from, strokes: [...this.#step.strokes, drawn] });
    else {
      this.drawn = undefined;
      this.#renew();
    }
  }

  undo(): void {
    const step = this.#past.pop();
    if (!step) return;
    this.#future.push(this.#step);
    this.#show(step);
  }

  redo(): void {
    const step = this.#future.pop();
    if (!step) return;
    this.#past.push(this.#step);
    this.#show(step);
  }

  /** Removes everything that was drawn; it can be undone. */
  reset(): void {
    this.choose(this.#step.from);
  }

  /** What was chosen, once all strokes are worked in. */
  async chosen(): Promise<ChosenCut> {
    await this.#running;
    const { width, height } = this.photo.raster;
    const { coverage } = this;
    const [mask, veil] = await Promise.all([maskPng(coverage, width, height), veilPng(coverage, width, height)]);
    return { method: this.isDrawn ? 'mask' : this.from.method, mask, veil, key: createKey() };
  }

  #go(step: Step): void {
    this.#past.push(this.#step);
    this.#future.length = 0;
    this.#show(step);
  }

  #show(step: Step): void {
    this.#drawing = undefined;
    this.#step = step;
    this.#undoable = this.#past.length;
    this.#redoable = this.#future.length;
    this.#renew();
  }

  #renew(): void {
    this.#isStale = true;
    this.drawn = this.#drawing ?? this.drawn;
    if (!this.busy) {
      this.busy = true;
      this.#running = this.#work();
    }
  }

  /** Works in what is newest until nothing is newer; what came between is left out. */
  async #work(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const { from, strokes } = this.#step;
      const drawn = this.#drawing ? [...strokes, this.#drawing] : strokes;
      const coverage =
        drawn.length === 0 ? from.coverage : await this.#cutter.mend(this.photo.raster, from.coverage, drawn);
      if (coverage && (this.#step.from === from || !this.#isStale)) this.coverage = coverage;
    }
    this.busy = false;
    this.drawn = this.#drawing;
  }
}
