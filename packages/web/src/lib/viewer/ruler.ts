import { Box3, Box3Helper, type Camera, Color, GridHelper, Group, type Material, Vector3 } from 'three';
import { gridStep } from './measure.ts';

/** A measured side of the model, and the position of its label on the canvas, in CSS pixels. */
export interface SideLabel {
  side: 'width' | 'height' | 'depth';
  metres: number;
  x: number;
  y: number;
}

/** The grid below a model and the box around it, with its three sides to label. */
export class Ruler {
  readonly object = new Group();
  #grid: GridHelper | undefined;
  #frame: Box3Helper | undefined;
  #box = new Box3();
  #scale = 1;
  #colour = new Color(0x888888);

  /** The side of one square, in metres. */
  step = 0.1;

  constructor() {
    this.object.visible = false;
  }

  /** Measures another model, or the same as if its longest side were `sizeMm` long. */
  fit(box: Box3, sizeMm: number | undefined): void {
    this.dispose();
    this.#box = box.clone();
    const size = box.getSize(new Vector3());
    const longest = Math.max(size.x, size.y, size.z);
    this.#scale = sizeMm === undefined || longest === 0 ? 1 : sizeMm / 1000 / longest;
    this.step = gridStep(longest * this.#scale);
    const square = this.step / this.#scale;
    const squares = 2 * Math.ceil((longest * 1.5) / square);
    this.#grid = new GridHelper(squares * square, squares);
    const centre = box.getCenter(new Vector3());
    this.#grid.position.set(centre.x, box.min.y, centre.z);
    this.#frame = new Box3Helper(box);
    this.object.add(this.#grid, this.#frame);
    this.colour = this.#colour;
  }

  set colour(colour: Color) {
    this.#colour = colour;
    for (const part of [this.#grid, this.#frame]) {
      for (const material of part ? [part.material].flat() : []) {
        const line = material as Material & { color: Color };
        line.vertexColors = false;
        line.color = colour;
        // The grid is less prominent than what it measures.
        line.transparent = true;
        line.opacity = part === this.#grid ? 0.35 : 0.9;
        line.needsUpdate = true;
      }
    }
  }

  /** The positions of the labels on a canvas of this size; none while the ruler is hidden. */
  labels(camera: Camera, width: number, height: number): SideLabel[] {
    if (!this.object.visible || this.#box.isEmpty()) return [];
    const { min, max } = this.#box;
    const size = this.#box.getSize(new Vector3());
    const centre = this.#box.getCenter(new Vector3());
    // The edges nearest to the camera.
    const z = camera.position.z >= centre.z ? max.z : min.z;
    const x = camera.position.x >= centre.x ? max.x : min.x;
    const at = (side: SideLabel['side'], metres: number, point: Vector3): SideLabel => {
      const seen = point.project(camera);
      return { side, metres: metres * this.#scale, x: ((seen.x + 1) / 2) * width, y: ((1 - seen.y) / 2) * height };
    };
    return [
      at('width', size.x, new Vector3(centre.x, min.y, z)),
      at('height', size.y, new Vector3(x, centre.y, z)),
      at('depth', size.z, new Vector3(x, min.y, centre.z)),
    ];
  }

  /** Frees its GPU memory; may be called twice. */
  dispose(): void {
    this.object.clear();
    this.#grid?.dispose();
    this.#frame?.dispose();
  }
}
