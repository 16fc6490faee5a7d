import type { Raster, Stroke } from '@image2model/mesh/cut';
import { outlineOf } from './outline.ts';
import type { View } from './view.ts';

/** What there is to see of a cut-out that is being edited. */
export interface StagePicture {
  photo: CanvasImageSource;
  raster: Pick<Raster, 'width' | 'height'>;
  view: View;
  /** A stroke that is not worked in yet. */
  drawn: Stroke | undefined;
  /** Where the next stroke would begin, in pixels of the raster. */
  cursor: { point: readonly [number, number]; radius: number; kind: Stroke['kind'] } | undefined;
}

/** Over a photo, whatever the theme: seen on light and on dark. */
const tint = { keep: 'rgb(38 190 110)', remove: 'rgb(240 70 60)' } as const;
/** Squares of what covers the background, in pixels of the stage. */
const square = 8;

/** Paints the stage; what only changes with the cut or the size is kept between calls. */
export class StagePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #veil = document.createElement('canvas');
  readonly #mask = document.createElement('canvas');
  #outline = new Path2D();
  #coverage: Float32Array | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  paint(picture: StagePicture, coverage: Float32Array): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    if (coverage !== this.#coverage) this.#take(coverage, picture.raster);
    const { view, raster } = picture;
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.imageSmoothingQuality = 'high';
    const [width, height] = [view.scale * raster.width, view.scale * raster.height];
    context.drawImage(picture.photo, view.left, view.top, width, height);
    this.#cover(context, [view.left, view.top, width, height]);
    context.translate(view.left, view.top);
    context.scale(view.scale, view.scale);
    this.#line(context, view.scale);
    if (picture.drawn) paintStroke(context, picture.drawn);
    if (picture.cursor) paintCursor(context, picture.cursor, view.scale);
  }

  #take(coverage: Float32Array, { width, height }: StagePicture['raster']): void {
    this.#coverage = coverage;
    const pixels = new ImageData(width, height);
    for (let i = 0; i < coverage.length; i++) pixels.data[4 * i + 3] = Math.round(255 * (1 - coverage[i]!));
    Object.assign(this.#mask, { width, height });
    this.#mask.getContext('2d')?.putImageData(pixels, 0, 0);
    this.#outline = new Path2D();
    const lines = outlineOf(coverage, width, height);
    for (let n = 0; n < lines.length; n += 4) {
      this.#outline.moveTo(lines[n]!, lines[n + 1]!);
      this.#outline.lineTo(lines[n + 2]!, lines[n + 3]!);
    }
  }

  /** Squares over everything that is not kept, with the photo still to be seen behind them. */
  #cover(context: CanvasRenderingContext2D, box: readonly [number, number, number, number]): void {
    const { width, height } = this.#canvas;
    if (this.#veil.width !== width || this.#veil.height !== height) Object.assign(this.#veil, { width, height });
    const veil = this.#veil.getContext('2d');
    if (!veil) return;
    const ratio = devicePixelRatio;
    veil.setTransform(ratio, 0, 0, ratio, 0, 0);
    veil.globalCompositeOperation = 'copy';
    veil.drawImage(this.#mask, ...box);
    veil.globalCompositeOperation = 'source-in';
    veil.fillStyle = this.#squares(veil) ?? 'transparent';
    veil.fillRect(0, 0, width, height);
    context.drawImage(this.#veil, 0, 0, width / ratio, height / ratio);
  }

  #squares(context: CanvasRenderingContext2D): CanvasPattern | null {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 2 * square;
    const paint = tile.getContext('2d');
    if (!paint) return null;
    const { backgroundColor, color } = getComputedStyle(this.#canvas);
    paint.globalAlpha = 0.7;
    paint.fillStyle = backgroundColor;
    paint.fillRect(0, 0, 2 * square, 2 * square);
    paint.globalAlpha = 0.3;
    paint.fillStyle = color;
    paint.fillRect(0, 0, square, square);
    paint.fillRect(square, square, square, square);
    return context.createPattern(tile, 'repeat');
  }

  #line(context: CanvasRenderingContext2D, scale: number): void {
    context.lineCap = 'round';
    for (const [colour, width] of [
      ['rgb(0 0 0 / 70%)', 4],
      ['white', 2],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width / scale;
      context.stroke(this.#outline);
    }
  }
}

function paintStroke(context: CanvasRenderingContext2D, { kind, radius, points }: Stroke): void {
  const [first, ...rest] = points;
  if (!first) return;
  context.save();
  context.globalAlpha = 0.5;
  context.strokeStyle = tint[kind];
  context.lineWidth = 2 * radius;
  context.lineCap = context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(...first);
  if (rest.length === 0) context.lineTo(first[0] + 0.01, first[1]);
  for (const point of rest) context.lineTo(...point);
  context.stroke();
  context.restore();
}

/** A ring with a plus or a minus, so that not only its colour says what it does. */
function paintCursor(
  context: CanvasRenderingContext2D,
  { point: [x, y], radius, kind }: NonNullable<StagePicture['cursor']>,
  scale: number,
): void {
  const arm = Math.min(5 / scale, radius * 0.6);
  for (const [colour, width] of [
    ['rgb(0 0 0 / 75%)', 4],
    [tint[kind], 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width / scale;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    if (kind === 'keep') {
      context.moveTo(x, y - arm);
      context.lineTo(x, y + arm);
    }
    context.stroke();
  }
}
