import type { CutEditing } from './cut-editing.svelte.ts';
import { Gestures } from './gestures.ts';
import { StagePainter } from './paint-stage.ts';
import type { Size } from '../services/measure-photo.ts';
import { moved, pictureAt, showing, type View, wholeView, zoomed } from './view.ts';

/** Of the brush, in pixels of the stage: zooming in makes it finer on the photo. */
export const brushSizes = { min: 4, max: 80, default: 24, step: 4 } as const;
const zoomStep = 1.4;

/** The stage that a photo's cut-out is drawn on: by fingers, pens, mice and keys. */
export class CutStage {
  readonly #editing: CutEditing;
  readonly #photo: CanvasImageSource;
  readonly #gestures = new Gestures({
    paint: (point) => this.#paint(this.#atRaster(point)),
    endStroke: (keep) => this.#editing.endStroke(keep),
    move: (dx, dy) => this.#look(moved(this.#view, dx, dy, this.#picture, this.#stage)),
    zoom: (factor, around) => this.#zoom(factor, around),
  });
  #stage: Size = $state.raw({ width: 300, height: 300 });
  #view: View = $state.raw({ scale: 1, left: 0, top: 0 });
  /** Where the pointer or the keys are, in pixels of the raster; undefined while nothing points. */
  #cursor: readonly [number, number] | undefined = $state.raw();
  /** Changes with the theme, whose colours are painted with. */
  #theme = $state(0);
  /** Whether the space bar is down, and the keys paint. */
  #isPressed = false;
  /** Diameter of the brush. */
  brush = $state(brushSizes.default as number);
  /** Whether pointers move the picture instead of painting. */
  moves = $state(false);
  readonly isWhole: boolean = $derived(this.#view.scale <= wholeView(this.#picture, this.#stage).scale * 1.001);

  constructor(editing: CutEditing, photo: CanvasImageSource) {
    this.#editing = editing;
    this.#photo = photo;
  }

  get #picture(): Size {
    return this.#editing.photo.raster;
  }

  get #radius(): number {
    return this.brush / 2 / this.#view.scale;
  }

  zoomIn(): void {
    this.#zoom(zoomStep);
  }

  zoomOut(): void {
    this.#zoom(1 / zoomStep);
  }

  /** Follows a canvas: its size, its pointers and its keys. For `{@attach}`. */
  attach = (canvas: HTMLCanvasElement): (() => void) => {
    const painter = new StagePainter(canvas);
    const listening = new AbortController();
    const { signal } = listening;
    const on = <K extends keyof HTMLElementEventMap>(type: K, react: (event: HTMLElementEventMap[K]) => void) =>
      canvas.addEventListener(type, react, { signal, passive: false });
    const size = new ResizeObserver(() => this.#resize(canvas));
    size.observe(canvas);
    on('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      if (event.button !== 0) event.preventDefault();
      this.#gestures.moves = this.moves;
      this.#gestures.down(event, this.#pointOf(event));
      this.#point(event);
    });
    on('pointermove', (event) => {
      // A fast hand moves further than a frame shows.
      for (const each of event.getCoalescedEvents?.() ?? []) this.#gestures.drag(each, this.#pointOf(each, canvas));
      this.#gestures.drag(event, this.#pointOf(event, canvas));
      this.#point(event);
    });
    on('pointerup', (event) => this.#gestures.up(event));
    on('pointercancel', (event) => this.#gestures.up(event, true));
    on('pointerleave', () => (this.#cursor = undefined));
    on('blur', () => this.#release());
    on('contextmenu', (event) => event.preventDefault());
    on('wheel', (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
      this.#zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), this.#pointOf(event));
    });
    on('keydown', (event) => this.#key(event));
    on('keyup', (event) => event.key === ' ' && this.#release());
    const theme = new MutationObserver(() => (this.#theme += 1));
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (this.#theme += 1), { signal });
    let frame = 0;
    const stop = $effect.root(() => {
      $effect(() => {
        const { coverage, drawn, kind } = this.#editing;
        const cursor = this.#cursor && !this.moves && { point: this.#cursor, radius: this.#radius, kind };
        const picture = { photo: this.#photo, raster: this.#picture, view: this.#view, drawn };
        void [this.#stage, this.#theme];
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => painter.paint({ ...picture, cursor: cursor || undefined }, coverage));
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      listening.abort();
      size.disconnect();
      theme.disconnect();
      stop();
    };
  };

  #resize(canvas: HTMLCanvasElement): void {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    const wasWhole = this.isWhole;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    this.#stage = { width, height };
    this.#look(
      wasWhole || this.#view.left === 0
        ? wholeView(this.#picture, this.#stage)
        : moved(this.#view, 0, 0, this.#picture, this.#stage),
    );
  }

  #look(view: View): void {
    this.#view = view;
  }

  #zoom(factor: number, around: readonly [number, number] = [this.#stage.width / 2, this.#stage.height / 2]): void {
    this.#look(zoomed(this.#view, factor, around, this.#picture, this.#stage));
  }

  #paint(point: readonly [number, number]): void {
    this.#editing.draw(point, this.#radius);
  }

  #point(event: PointerEvent): void {
    // A finger hides what it points at.
    this.#cursor = event.pointerType === 'touch' ? undefined : this.#atRaster(this.#pointOf(event));
  }

  #atRaster(point: readonly [number, number]): [number, number] {
    return pictureAt(this.#view, point);
  }

  #pointOf(event: MouseEvent, canvas = event.currentTarget as HTMLElement): [number, number] {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** The arrows move a cursor, in large steps or with Shift in small ones; the space bar paints while it is down. */
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 1 : Math.max(1, this.#radius);
    const arrows: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const arrow = Object.hasOwn(arrows, event.key) ? arrows[event.key] : undefined;
    if (arrow) this.#step(arrow);
    else if (event.key === ' ') this.#press();
    else if (event.key === '+' || event.key === '=') this.#zoom(zoomStep, this.#atStage());
    else if (event.key === '-') this.#zoom(1 / zoomStep, this.#atStage());
    else return;
    event.preventDefault();
  }

  #step([dx, dy]: readonly [number, number]): void {
    const { width, height } = this.#picture;
    const [x, y] = this.#cursor ?? [width / 2, height / 2];
    const next = [Math.min(Math.max(x + dx, 0.5), width - 0.5), Math.min(Math.max(y + dy, 0.5), height - 0.5)] as const;
    this.#cursor = next;
    this.#look(showing(this.#view, next, this.#picture, this.#stage));
    if (this.#isPressed) this.#paint(next);
  }

  #press(): void {
    if (this.#isPressed) return;
    this.#isPressed = true;
    this.#step([0, 0]);
  }

  #release(): void {
    if (!this.#isPressed) return;
    this.#isPressed = false;
    this.#editing.endStroke();
  }

  #atStage(): [number, number] {
    const [x, y] = this.#cursor ?? [this.#picture.width / 2, this.#picture.height / 2];
    return [this.#view.scale * x + this.#view.left, this.#view.scale * y + this.#view.top];
  }
}
