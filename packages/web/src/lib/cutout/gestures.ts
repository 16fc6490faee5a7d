/** What fingers, pens and mice do on a stage, in pixels from its corner. */
export interface GestureTarget {
  paint(point: readonly [number, number]): void;
  /** The stroke ends; without `keep` it is taken back, since it was the beginning of another gesture. */
  endStroke(keep: boolean): void;
  move(dx: number, dy: number): void;
  zoom(factor: number, around: readonly [number, number]): void;
}

export type Pointer = Pick<PointerEvent, 'pointerId' | 'pointerType' | 'button'>;

/**
 * One finger, pen or mouse button paints; two fingers move and zoom, and so do the mouse's other buttons and whatever
 * pointer while `moves` is set. Once a pen has been used, fingers paint no more: a hand rests where the pen draws.
 */
export class Gestures {
  readonly #target: GestureTarget;
  readonly #points = new Map<number, readonly [number, number]>();
  #painter: number | undefined;
  #hasPen = false;
  /** Whether pointers move the picture instead of painting. */
  moves = false;

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  down({ pointerId, pointerType, button }: Pointer, point: readonly [number, number]): void {
    if (pointerType === 'pen' && !this.#hasPen) {
      this.#hasPen = true;
      // A hand that was there before its pen.
      this.#stop(false);
      this.#points.clear();
    }
    this.#points.set(pointerId, point);
    if (this.#points.size > 1) return this.#stop(false);
    const isHand = pointerType === 'touch' && this.#hasPen;
    if (this.moves || isHand || button !== 0) return;
    this.#painter = pointerId;
    this.#target.paint(point);
  }

  drag({ pointerId }: Pointer, point: readonly [number, number]): void {
    const before = this.#points.get(pointerId);
    if (!before) return;
    const other = [...this.#points].find(([id]) => id !== pointerId)?.[1];
    this.#points.set(pointerId, point);
    if (pointerId === this.#painter) return this.#target.paint(point);
    const [dx, dy] = [point[0] - before[0], point[1] - before[1]];
    if (!other) return this.#target.move(dx, dy);
    // Two fingers: both share what one of them moves.
    const factor = Math.max(1, distance(point, other)) / Math.max(1, distance(before, other));
    const middle = [(before[0] + other[0]) / 2, (before[1] + other[1]) / 2] as const;
    this.#target.zoom(factor, middle);
    this.#target.move(dx / 2, dy / 2);
  }

  up({ pointerId }: Pointer, isCancelled = false): void {
    this.#points.delete(pointerId);
    if (pointerId === this.#painter) this.#stop(!isCancelled);
  }

  #stop(keep: boolean): void {
    if (this.#painter === undefined) return;
    this.#painter = undefined;
    this.#target.endStroke(keep);
  }
}

function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
