import {
  Box3,
  Color,
  GridHelper,
  Group,
  type Material,
  Mesh,
  MeshStandardMaterial,
  NeutralToneMapping,
  type Object3D,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  Spherical,
  Texture,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';

/** What the surface shows: the photo, plain clay for judging the shape, or the triangles. */
export type Look = 'photo' | 'clay' | 'wireframe';

/** Radians that an arrow key turns, and the factor that plus and minus zoom by. */
const keyTurn = Math.PI / 18;
const keyZoom = 1.15;

/**
 * One model on a stage: orbit, zoom, looks, a grid with squares of ten centimetres. Draws when something moved and not
 * otherwise, so that a model at rest costs nothing. Owns the canvas's WebGL context until `dispose`.
 */
export class ModelScene {
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(30, 1, 0.01, 100);
  readonly #controls: OrbitControls;
  readonly #grid = new GridHelper(4, 40);
  readonly #clay = new MeshStandardMaterial({ color: 0xd6d2cb, roughness: 0.85 });
  readonly #wire = new MeshStandardMaterial({ color: 0x8a94a6, wireframe: true });
  readonly #resize: ResizeObserver;
  readonly #skins = new Map<Mesh, Material | Material[]>();
  #model: Object3D = new Group();
  #radius = 1;
  #frame = 0;
  #disposed = false;

  /** @throws where WebGL is not to be had */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: 'low-power' });
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    // Keeps the photo's own colours.
    this.#renderer.toneMapping = NeutralToneMapping;
    const maker = new PMREMGenerator(this.#renderer);
    this.#scene.environment = maker.fromScene(new RoomEnvironment(), 0.04).texture;
    maker.dispose();
    // The photo brings its own light; much more would wash it out.
    this.#scene.environmentIntensity = 0.75;
    this.#grid.visible = false;
    this.#scene.add(this.#grid, this.#model);
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.enableDamping = true;
    this.#controls.autoRotateSpeed = 1.5;
    this.#controls.addEventListener('change', () => this.#draw());
    this.#resize = new ResizeObserver(() => this.#fit(canvas));
    this.#resize.observe(canvas);
  }

  /** Shows the model at an address instead of the one before. Rejects when it cannot be had or read. */
  async load(url: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    const { scene } = await new GLTFLoader().parseAsync(await response.arrayBuffer(), '');
    signal.throwIfAborted();
    this.#clear();
    this.#model = scene;
    this.#scene.add(scene);
    scene.traverse((part) => {
      if (part instanceof Mesh) this.#skins.set(part, part.material as Material | Material[]);
    });
    const box = new Box3().setFromObject(scene);
    this.#radius = box.getSize(new Vector3()).length() / 2 || 1;
    box.getCenter(this.#controls.target);
    this.#grid.position.set(this.#controls.target.x, box.min.y, this.#controls.target.z);
    this.reset();
  }

  /** Back to where the photo was taken from, a little to the side. */
  reset(): void {
    const distance = (this.#radius / Math.sin((this.#camera.fov * Math.PI) / 360)) * 1.08;
    const reach = this.#camera.aspect < 1 ? distance / this.#camera.aspect : distance;
    this.#place(new Spherical(reach, Math.PI / 2 - 0.16, 0.42));
    this.#controls.minDistance = this.#radius * 0.6;
    this.#controls.maxDistance = reach * 3;
  }

  set look(look: Look) {
    for (const [mesh, skin] of this.#skins) {
      mesh.material = look === 'photo' ? skin : look === 'clay' ? this.#clay : this.#wire;
    }
    this.#draw();
  }

  set turning(turning: boolean) {
    this.#controls.autoRotate = turning;
    this.#draw();
  }

  set grid(shown: boolean) {
    this.#grid.visible = shown;
    this.#draw();
  }

  /** The grid's colour, so that it fits the page's theme. */
  set lineColour(colour: string) {
    for (const material of [this.#grid.material].flat()) {
      material.vertexColors = false;
      (material as Material & { color: Color }).color = new Color(colour);
      material.needsUpdate = true;
    }
    this.#draw();
  }

  /** Arrows turn, plus and minus zoom, 0 resets. Says whether the key was one of these. */
  key(key: string): boolean {
    const at = this.#spherical();
    if (key === 'ArrowLeft') at.theta -= keyTurn;
    else if (key === 'ArrowRight') at.theta += keyTurn;
    else if (key === 'ArrowUp') at.phi -= keyTurn;
    else if (key === 'ArrowDown') at.phi += keyTurn;
    else if (key === '+' || key === '=') at.radius /= keyZoom;
    else if (key === '-') at.radius *= keyZoom;
    else if (key === '0') {
      this.reset();
      return true;
    } else return false;
    this.#place(at.makeSafe());
    return true;
  }

  /** Frees the context and all memory on the graphics side; may be called twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
    this.#controls.dispose();
    this.#clear();
    this.#scene.environment?.dispose();
    this.#grid.dispose();
    this.#clay.dispose();
    this.#wire.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }

  #spherical(): Spherical {
    return new Spherical().setFromVector3(this.#camera.position.clone().sub(this.#controls.target));
  }

  #place(at: Spherical): void {
    this.#camera.position.setFromSpherical(at).add(this.#controls.target);
    this.#controls.update();
    this.#draw();
  }

  #fit(canvas: HTMLCanvasElement): void {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    this.#camera.updateProjectionMatrix();
    this.#draw();
  }

  #draw(): void {
    if (this.#frame !== 0 || this.#disposed) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#renderer.render(this.#scene, this.#camera);
      // Asks for the next frame by itself (through `change`) while it turns or glides to a halt.
      this.#controls.update();
    });
  }

  #clear(): void {
    this.#scene.remove(this.#model);
    for (const [mesh, skin] of this.#skins) {
      mesh.geometry.dispose();
      for (const material of [skin].flat()) {
        for (const value of Object.values(material)) if (value instanceof Texture) value.dispose();
        material.dispose();
      }
    }
    this.#skins.clear();
  }
}
