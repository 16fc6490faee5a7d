import {
  Box3,
  Color,
  DirectionalLight,
  Group,
  type Material,
  MathUtils,
  Mesh,
  MeshBasicMaterial,
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
import { ContactShadow } from './contact-shadow.ts';
import { Ruler, type SideLabel } from './ruler.ts';

/** What the surface shows: the photo, plain clay for judging the shape, or the triangles. */
export type Look = 'photo' | 'clay' | 'wireframe';

/** Brightness from 0 to 2, where 1 keeps the photo's own; direction in degrees, or none for even light from all sides. */
export interface Light {
  brightness: number;
  direction: number | undefined;
}

/** Radians that an arrow key turns, and the factor that plus and minus zoom by. */
const keyTurn = Math.PI / 18;
const keyZoom = 1.15;
/** The photo has its own light; much more around it would wash it out. */
const ambient = 0.75;
/**
 * As the server's previews are rendered (`packages/mesh/src/render/preview.ts`), so that nothing jumps when the model takes
 * the place of its picture: degrees to the side and up, and the share of the view that it fills however it is rotated.
 */
const preview = { yaw: 30, pitch: 10, fill: 0.94 };
/** Pixels of each side of the light's surroundings: its surfaces are rough, and half the usual takes a quarter of the time. */
const environmentSide = 128;
/** Turning is no motion any more if so many frames take longer than this on average, or one of them much longer. */
const slowFrameMs = 200;
const judgedFrames = 6;
const stuckMs = 1000;

/**
 * One model on a stage: orbit, zoom, looks, light, a grid with the model's size. Draws only when something moved, so that a
 * model at rest costs nothing. Owns the canvas's WebGL context until `dispose`.
 */
export class ModelScene {
  readonly #canvas: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(22, 1, 0.01, 1000);
  readonly #controls: OrbitControls;
  readonly #ruler = new Ruler();
  readonly #lamp = new DirectionalLight(0xffffff, 0);
  readonly #shadow = new ContactShadow();
  readonly #clay = new MeshStandardMaterial({ color: 0x8c8780, roughness: 0.9 });
  readonly #wire = new MeshBasicMaterial({ wireframe: true, toneMapped: false });
  readonly #resize: ResizeObserver;
  readonly #sight: IntersectionObserver;
  readonly #skins = new Map<Mesh, Material | Material[]>();
  #model: Object3D = new Group();
  #box = new Box3();
  #sizeMm: number | undefined;
  #radius = 1;
  #frame = 0;
  #isInSight = true;
  #turnedAt: number[] = [];
  #isJudged = false;
  #disposed = false;

  /** Called after each drawing with the positions of the size labels; none while there is no grid. */
  onlabels: (labels: readonly SideLabel[]) => void = () => undefined;

  /** Called where turning is so slow that it is no motion: without a graphics card, it would only keep the machine busy. */
  onslow: () => void = () => undefined;

  /** @throws without WebGL */
  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: 'low-power' });
    // Keeps the photo's own colours.
    this.#renderer.toneMapping = NeutralToneMapping;
    this.#lightEvenly();
    this.#scene.environmentIntensity = ambient;
    this.#scene.add(this.#shadow.object, this.#ruler.object, this.#lamp, this.#lamp.target, this.#model);
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.enableDamping = true;
    this.#controls.autoRotateSpeed = 1.5;
    this.#controls.addEventListener('change', () => this.#draw());
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(canvas);
    // Nobody sees it turn there.
    this.#sight = new IntersectionObserver(([entry]) => {
      this.#isInSight = entry?.isIntersecting ?? true;
      this.#draw();
    });
    this.#sight.observe(canvas);
    // A browser with many pages may drop the context for a while. three.js uploads its data again; what was rendered on the
    // GPU, such as the environment light, has to be rendered again.
    canvas.addEventListener('webglcontextrestored', () => {
      this.#lightEvenly();
      this.#draw();
    });
  }

  /** Replaces the model by a GLB. Rejects if it cannot be read. */
  async show(glb: ArrayBuffer, signal: AbortSignal): Promise<void> {
    const { scene } = await new GLTFLoader().parseAsync(glb, '');
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
    this.#lamp.target.position.copy(this.#controls.target);
    this.#box = box;
    this.#ruler.fit(box, this.#sizeMm);
    this.#shadow.fit(scene, box);
    this.reset();
  }

  /** Moves the camera back to where the preview shows the model from. */
  reset(): void {
    const { x, y, z } = this.#box.getSize(new Vector3()).divideScalar(2);
    const seen = Math.max(Math.hypot(x, 0.6 * z), y + 0.17 * z) || 1;
    const distance = seen / preview.fill / Math.tan(MathUtils.degToRad(this.#camera.fov / 2));
    const reach = this.#camera.aspect < 1 ? distance / this.#camera.aspect : distance;
    this.#place(new Spherical(reach, MathUtils.degToRad(90 - preview.pitch), MathUtils.degToRad(preview.yaw)));
    this.#controls.minDistance = this.#radius * 0.6;
    this.#controls.maxDistance = reach * 3;
  }

  set look(look: Look) {
    for (const [mesh, skin] of this.#skins) {
      mesh.material = look === 'photo' ? skin : look === 'clay' ? this.#clay : this.#wire;
    }
    // It would be seen through the triangles.
    this.#shadow.object.visible = look !== 'wireframe';
    this.#draw();
  }

  set light({ brightness, direction }: Light) {
    // Light from one side is taken from the even light.
    this.#scene.environmentIntensity = ambient * brightness * (direction === undefined ? 1 : 0.4);
    this.#lamp.intensity = direction === undefined ? 0 : 2.5 * brightness;
    const angle = ((direction ?? 0) * Math.PI) / 180;
    const { position, target } = this.#lamp;
    position.set(Math.sin(angle), 0.7, Math.cos(angle)).multiplyScalar(this.#radius * 4);
    position.add(target.position);
    this.#draw();
  }

  set turning(turning: boolean) {
    this.#controls.autoRotate = turning;
    this.#turnedAt = [];
    this.#draw();
  }

  /** Whether wheel and fingers zoom and move the model; otherwise they scroll the page. */
  set zooming(zooming: boolean) {
    this.#controls.enableZoom = zooming;
    this.#controls.enablePan = zooming;
  }

  set grid(shown: boolean) {
    this.#ruler.object.visible = shown;
    this.#draw();
  }

  /** The longest side of the model in millimetres, for the grid; undefined for that of the file. */
  set sizeMm(sizeMm: number | undefined) {
    if (sizeMm === this.#sizeMm) return;
    this.#sizeMm = sizeMm;
    this.#ruler.fit(this.#box, sizeMm);
    this.#draw();
  }

  /** The side of one square of the grid, in metres. */
  get gridStep(): number {
    return this.#ruler.step;
  }

  /** The colours of the grid and of the triangles, so that they fit the page's theme. */
  set colours({ grid, triangles }: { grid: string; triangles: string }) {
    this.#ruler.colour = new Color(grid);
    this.#wire.color = new Color(triangles);
    this.#draw();
  }

  /** Arrows turn, plus and minus zoom, 0 and R reset. Whether the key was one of these. */
  key(key: string): boolean {
    const at = this.#spherical();
    if (key === 'ArrowLeft') at.theta -= keyTurn;
    else if (key === 'ArrowRight') at.theta += keyTurn;
    else if (key === 'ArrowUp') at.phi -= keyTurn;
    else if (key === 'ArrowDown') at.phi += keyTurn;
    else if (key === '+' || key === '=') at.radius /= keyZoom;
    else if (key === '-') at.radius *= keyZoom;
    else if (key === '0' || key === 'r' || key === 'R') {
      this.reset();
      return true;
    } else return false;
    this.#place(at.makeSafe());
    return true;
  }

  /** Frees the context and all GPU memory; may be called twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
    this.#sight.disconnect();
    this.#controls.dispose();
    this.#clear();
    this.#scene.environment?.dispose();
    this.#ruler.dispose();
    this.#shadow.dispose();
    this.#lamp.dispose();
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

  /** Sets up the even light. */
  #lightEvenly(): void {
    this.#scene.environment?.dispose();
    const maker = new PMREMGenerator(this.#renderer);
    const room = new RoomEnvironment();
    this.#scene.environment = maker.fromScene(room, 0.04, 0.1, 100, { size: environmentSide }).texture;
    room.dispose();
    maker.dispose();
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    // The ratio changes with the screen and the page's zoom.
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    this.#camera.updateProjectionMatrix();
    this.#draw();
  }

  #draw(): void {
    if (this.#frame !== 0 || this.#disposed || !this.#isInSight) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#judgeSpeed(now);
      this.#renderer.render(this.#scene, this.#camera);
      this.onlabels(this.#ruler.labels(this.#camera, this.#canvas.clientWidth, this.#canvas.clientHeight));
      // Requests the next frame (through `change`) while the camera turns or glides to a halt.
      this.#controls.update();
    });
  }

  #judgeSpeed(now: number): void {
    if (!this.#controls.autoRotate || this.#isJudged) return;
    // The very first one takes the model to the graphics card.
    const [, first = now] = this.#turnedAt;
    const last = this.#turnedAt.at(-1) ?? now;
    this.#turnedAt.push(now);
    const isStuck = this.#turnedAt.length > 2 && now - last > stuckMs;
    if (this.#turnedAt.length < judgedFrames + 2 && !isStuck) return;
    // Once: whoever turns it on again wants it all the same.
    this.#isJudged = true;
    if (isStuck || (now - first) / judgedFrames > slowFrameMs) this.onslow();
  }

  #clear(): void {
    this.#scene.remove(this.#model);
    for (const [mesh, skin] of this.#skins) {
      mesh.geometry.dispose();
      for (const material of [skin].flat()) {
        for (const value of Object.values(material)) if (value instanceof Texture) release(value);
        material.dispose();
      }
    }
    this.#skins.clear();
  }
}

/** Frees a texture with its decoded picture: some megabytes that would wait for garbage collection otherwise. */
function release(texture: Texture): void {
  texture.dispose();
  const picture: unknown = texture.image;
  if (typeof ImageBitmap === 'function' && picture instanceof ImageBitmap) picture.close();
}
