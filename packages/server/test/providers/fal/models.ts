import type { Problem } from './errors.ts';

type Field =
  | { is: 'url' }
  | { is: 'urls' }
  | { is: 'flag' }
  | { is: 'text' }
  | { is: 'whole'; min?: number; max?: number }
  | { is: 'number'; min: number; max: number }
  | { is: 'choice'; of: readonly string[] };

/** One hosted model: what it accepts and the shape of what it gives. */
export interface FalModel {
  /** The field of the photo. */
  image: string;
  fields: Readonly<Record<string, Field>>;
  /** The field of the face budget, where it has one. */
  faces?: string;
  /** What is billed for one run; 1 where nothing is said. */
  units?: (input: Readonly<Record<string, unknown>>) => number;
  /** What it gives back besides and around the mesh. */
  output: 'tripo' | 'mesh' | 'mesh-timings' | 'glb' | 'mesh-seed' | 'hunyuan-v3' | 'rodin' | 'meshy';
}

const url: Field = { is: 'url' };
const flag: Field = { is: 'flag' };
const text: Field = { is: 'text' };
const seed: Field = { is: 'whole' };
const whole = (min: number, max: number): Field => ({ is: 'whole', min, max });
const number = (min: number, max: number): Field => ({ is: 'number', min, max });
const choice = (...of: string[]): Field => ({ is: 'choice', of });

const hunyuan: FalModel = {
  image: 'input_image_url',
  fields: {
    input_image_url: url,
    num_inference_steps: whole(1, 50),
    guidance_scale: number(0, 20),
    octree_resolution: whole(1, 1024),
    textured_mesh: flag,
    seed,
  },
  output: 'mesh-seed',
  // With colours it costs three times as much.
  units: (input) => (input['textured_mesh'] === true ? 3 : 1),
};

/** The models of fal that a photo can be given to. */
export const falModels: Readonly<Record<string, FalModel>> = {
  'tripo3d/tripo/v2.5/image-to-3d': {
    image: 'image_url',
    faces: 'face_limit',
    fields: {
      image_url: url,
      face_limit: { is: 'whole' },
      pbr: flag,
      texture: choice('no', 'standard', 'HD'),
      texture_alignment: choice('original_image', 'geometry'),
      orientation: choice('default', 'align_image'),
      style: text,
      quad: flag,
      auto_size: flag,
      seed,
      texture_seed: seed,
    },
    output: 'tripo',
  },
  'fal-ai/trellis': {
    image: 'image_url',
    fields: {
      image_url: url,
      mesh_simplify: number(0.9, 0.98),
      texture_size: choice('512', '1024', '2048'),
      ss_guidance_strength: number(0, 10),
      ss_sampling_steps: whole(1, 50),
      slat_guidance_strength: number(0, 10),
      slat_sampling_steps: whole(1, 50),
      seed,
    },
    output: 'mesh-timings',
  },
  'fal-ai/trellis-2': {
    image: 'image_url',
    faces: 'decimation_target',
    fields: {
      image_url: url,
      resolution: choice('512', '1024', '1536'),
      texture_size: choice('1024', '2048', '4096'),
      decimation_target: { is: 'whole', min: 1 },
      remesh: flag,
      seed,
    },
    output: 'glb',
  },
  'fal-ai/hunyuan3d/v2': hunyuan,
  'fal-ai/hunyuan3d/v2/turbo': hunyuan,
  'fal-ai/hunyuan3d/v2/mini': hunyuan,
  'fal-ai/hunyuan3d-v3/image-to-3d': {
    image: 'input_image_url',
    faces: 'face_count',
    fields: {
      input_image_url: url,
      back_image_url: url,
      left_image_url: url,
      right_image_url: url,
      face_count: whole(40_000, 1_500_000),
      generate_type: choice('Normal', 'LowPoly', 'Geometry'),
      polygon_type: choice('triangle', 'quadrilateral'),
      enable_pbr: flag,
    },
    output: 'hunyuan-v3',
  },
  'fal-ai/triposr': {
    image: 'image_url',
    fields: {
      image_url: url,
      output_format: choice('glb', 'obj'),
      do_remove_background: flag,
      foreground_ratio: number(0.5, 1),
      mc_resolution: whole(32, 1024),
    },
    output: 'mesh',
  },
  'fal-ai/hyper3d/rodin': {
    image: 'input_image_urls',
    fields: {
      input_image_urls: { is: 'urls' },
      geometry_file_format: choice('glb', 'usdz', 'fbx', 'obj', 'stl'),
      material: choice('PBR', 'Shaded'),
      quality: choice('high', 'medium', 'low', 'extra-low'),
      tier: choice('Regular', 'Sketch'),
      use_hyper: flag,
      seed: whole(0, 65_535),
    },
    output: 'rodin',
  },
  'fal-ai/meshy/v6/image-to-3d': {
    image: 'image_url',
    faces: 'target_polycount',
    fields: {
      image_url: url,
      topology: choice('quad', 'triangle'),
      target_polycount: whole(100, 300_000),
      should_remesh: flag,
      should_texture: flag,
      enable_pbr: flag,
    },
    output: 'meshy',
  },
};

/** What the model's validator says of an input, and the fields that it would pass over in silence. */
export function checkInput(
  model: FalModel,
  input: Readonly<Record<string, unknown>>,
): { problems: Problem[]; unknown: string[] } {
  const problems: Problem[] = [];
  if (input[model.image] === undefined) {
    problems.push({ loc: ['body', model.image], msg: 'Field required', type: 'missing', input });
  }
  for (const [name, field] of Object.entries(model.fields)) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    const found = checkField(field, value);
    if (found) problems.push({ loc: ['body', name], ...found, input: value });
  }
  return { problems, unknown: Object.keys(input).filter((name) => !(name in model.fields)) };
}

/** The addresses of the photos in an input, the main one first. */
export function imagesOf(model: FalModel, input: Readonly<Record<string, unknown>>): string[] {
  const main = input[model.image];
  const others = Object.entries(model.fields)
    .filter(([name, field]) => field.is === 'url' && name !== model.image)
    .map(([name]) => input[name]);
  return [main, ...others].flat().filter((value): value is string => typeof value === 'string');
}

function checkField(field: Field, value: unknown): Omit<Problem, 'loc'> | undefined {
  switch (field.is) {
    case 'url':
    case 'text':
      return typeof value === 'string' ? undefined : wrong('string_type', 'Input should be a valid string');
    case 'urls':
      return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
        ? undefined
        : wrong('list_type', 'Input should be a valid list');
    case 'flag':
      return typeof value === 'boolean' ? undefined : wrong('bool_type', 'Input should be a valid boolean');
    case 'whole':
      if (!Number.isInteger(value)) return wrong('int_type', 'Input should be a valid integer');
      return checkRange(field, value as number);
    case 'number':
      if (typeof value !== 'number') return wrong('float_type', 'Input should be a valid number');
      return checkRange(field, value);
    case 'choice': {
      if (field.of.some((each) => each === value)) return undefined;
      const expected = field.of.map((each) => JSON.stringify(each)).join(' or ');
      return { ...wrong('literal_error', `Input should be ${expected}`), ctx: { expected } };
    }
    default:
      return field satisfies never;
  }
}

function checkRange(field: { min?: number; max?: number }, value: number): Omit<Problem, 'loc'> | undefined {
  const { min = -Infinity, max = Infinity } = field;
  if (value < min) {
    return { ...wrong('greater_than_equal', `Input should be greater than or equal to ${min}`), ctx: { ge: min } };
  }
  if (value > max) {
    return { ...wrong('less_than_equal', `Input should be less than or equal to ${max}`), ctx: { le: max } };
  }
  return undefined;
}

function wrong(type: string, msg: string): Omit<Problem, 'loc'> {
  return { type, msg };
}
