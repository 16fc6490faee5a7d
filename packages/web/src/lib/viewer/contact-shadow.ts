import { DataTexture, LinearFilter, Mesh, MeshBasicMaterial, type Object3D, PlaneGeometry, Vector3 } from 'three';
import type { Box3 } from 'three';
import { footprintOf } from './footprint.ts';

/** How dark it is where the model touches the ground. */
const strength = 0.42;
/** It reaches beyond the model by this share of the model's longer side on the ground. */
const margin = 0.35;

/** A soft shadow below a model, as of light from everywhere. Made once for each model, so that it costs nothing to draw. */
export class ContactShadow {
  readonly object: Mesh<PlaneGeometry, MeshBasicMaterial>;

  constructor() {
    const material = new MeshBasicMaterial({
      color: 0x000000,
      transparent: true,
      depthWrite: false,
      toneMapped: false,
    });
    this.object = new Mesh(new PlaneGeometry(1, 1), material);
    this.object.rotation.x = -Math.PI / 2;
    this.object.renderOrder = -1;
    this.object.visible = false;
  }

  /** Falls from another model. */
  fit(model: Object3D, box: Box3): void {
    this.#forget();
    const size = box.getSize(new Vector3());
    const side = Math.max(size.x, size.z) * (1 + 2 * margin);
    if (side === 0) return;
    const centre = box.getCenter(new Vector3());
    const { cells, count } = footprintOf(pointsOf(model), {
      left: centre.x - side / 2,
      front: centre.z + side / 2,
      side,
      ground: box.min.y,
      height: size.y,
    });
    const pixels = new Uint8Array(4 * cells.length);
    cells.forEach((dark, index) => (pixels[4 * index + 3] = Math.round(255 * strength * dark)));
    const texture = new DataTexture(pixels, count, count);
    texture.magFilter = LinearFilter;
    texture.minFilter = LinearFilter;
    texture.needsUpdate = true;
    this.object.material.map = texture;
    this.object.material.needsUpdate = true;
    this.object.scale.set(side, side, 1);
    this.object.position.set(centre.x, box.min.y - size.y / 500, centre.z);
  }

  /** Frees its GPU memory; may be called twice. */
  dispose(): void {
    this.#forget();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }

  #forget(): void {
    this.object.material.map?.dispose();
    this.object.material.map = null;
  }
}

/** The corners of all its surfaces. */
function* pointsOf(model: Object3D): Generator<Vector3> {
  const meshes: Mesh[] = [];
  model.updateWorldMatrix(true, true);
  model.traverse((part) => part instanceof Mesh && meshes.push(part));
  const point = new Vector3();
  for (const mesh of meshes) {
    const positions = mesh.geometry.getAttribute('position');
    for (let index = 0; index < positions.count; index += 1) {
      yield point.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld);
    }
  }
}
