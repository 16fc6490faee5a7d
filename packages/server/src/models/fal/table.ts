import { message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { z } from 'zod';

/** What became of a face budget on its way into a model's input. */
export interface FaceBudget {
  /** What is added to the input. */
  input: Record<string, unknown>;
  /** For the person, where the model cannot do what was asked for. */
  warning?: Message;
}

/** One model that fal hosts. Adding a model is adding a row. */
export interface FalRow {
  /** fal's own id, which is ours too. */
  id: string;
  name: string;
  description: string;
  /** Where the photo's address goes. */
  image: string;
  /** Whether that is a list. */
  imageList?: boolean;
  options: z.ZodObject;
  /** Set in every request, whatever the options say: what makes the result a GLB of triangles. */
  fixed?: Readonly<Record<string, unknown>>;
  /** Turns a face budget into the model's own key; left out where it has none. */
  faces?: (limit: number, options: Readonly<Record<string, unknown>>) => FaceBudget;
  /** Where the GLB is in the result, the best one first; parts of a path are joined by a dot. */
  mesh: readonly string[];
  /** Where a picture of it is. */
  preview?: string;
  /** What else is kept: `name` names it, and the files of a list are numbered. */
  extras?: readonly { path: string; name: string }[];
  /** Units that a request is billed with, as its options say, where that is not one. */
  units?: (options: Readonly<Record<string, unknown>>) => number;
}

const seed = z.int().min(0).max(2_147_483_647).optional().describe('The same seed and photo give the same model');
const guidance = (name: string, initial: number) =>
  z.number().min(0).max(10).default(initial).describe(`How closely the ${name} follows the photo`);
const steps = (name: string) => z.int().min(1).max(50).default(12).describe(`Number of steps for the ${name}`);
const textureSize = <const Sizes extends readonly [string, ...string[]]>(sizes: Sizes, initial: Sizes[number]) =>
  z.enum(sizes).default(initial).describe('Width and height of the texture, in pixels');

const hunyuan2 = {
  image: 'input_image_url',
  options: z.strictObject({
    num_inference_steps: z.int().min(1).max(50).default(50).describe('More steps take longer'),
    guidance_scale: z.number().min(0).max(20).default(7.5).describe('How closely the model follows the photo'),
    octree_resolution: z.int().min(1).max(1024).default(256).describe('How fine the surface is'),
    textured_mesh: z.boolean().default(true).describe('With colours; three times the price of an untextured model'),
    seed,
  }),
  mesh: ['model_mesh'],
  units: (options) => (options['textured_mesh'] === true ? 3 : 1),
} as const satisfies Partial<FalRow>;

/** Every model of fal that a photo can be given to here. */
export const falRows: readonly FalRow[] = [
  {
    id: 'tripo3d/tripo/v2.5/image-to-3d',
    name: 'Tripo 2.5',
    description: 'A good all-rounder with clean surfaces and detailed textures, from Tripo AI.',
    image: 'image_url',
    options: z.strictObject({
      texture: z.enum(['no', 'standard', 'HD']).default('standard').describe('How detailed the colours are'),
      pbr: z.boolean().default(true).describe('Materials that respond to light: roughness, metal, relief'),
      texture_alignment: z
        .enum(['original_image', 'geometry'])
        .default('original_image')
        .describe('Whether colours follow the photo or the shape where they differ'),
      orientation: z
        .enum(['default', 'align_image'])
        .default('default')
        .describe('Whether to turn the model the way the object faces in the photo'),
      auto_size: z.boolean().default(false).describe('Scale the model to its real-world size, in metres'),
      seed,
      texture_seed: seed,
    }),
    // With `quad` it would give an FBX.
    fixed: { quad: false },
    faces: (limit) => ({ input: { face_limit: limit } }),
    mesh: ['pbr_model', 'model_mesh', 'base_model'],
    preview: 'rendered_image',
    extras: [
      { path: 'model_mesh', name: 'textured' },
      { path: 'base_model', name: 'base' },
    ],
  },
  {
    id: 'fal-ai/trellis',
    name: 'TRELLIS',
    description: 'Quick and cheap, good at shapes and simple textures, from Microsoft.',
    image: 'image_url',
    options: z.strictObject({
      mesh_simplify: z.number().min(0.9).max(0.98).default(0.95).describe('Share of the triangles to remove'),
      texture_size: textureSize(['512', '1024', '2048'], '1024'),
      ss_guidance_strength: guidance('rough shape', 7.5),
      ss_sampling_steps: steps('rough shape'),
      slat_guidance_strength: guidance('surface', 3),
      slat_sampling_steps: steps('surface'),
      seed,
    }),
    // It knows a share alone, of a number that depends on the shape: a low budget gets the strongest that there is.
    faces: (limit, options) => ({
      input: { mesh_simplify: limit < 20_000 ? 0.98 : options['mesh_simplify'] },
      warning: message('provider.face_limit_inexact'),
    }),
    mesh: ['model_mesh'],
  },
  {
    id: 'fal-ai/trellis-2',
    name: 'TRELLIS 2',
    description: 'Fine geometry with materials that respond to light, from Microsoft.',
    image: 'image_url',
    options: z.strictObject({
      resolution: z.enum(['512', '1024', '1536']).default('1024').describe('Finer takes longer and may cost more'),
      texture_size: textureSize(['1024', '2048', '4096'], '2048'),
      remesh: z.boolean().default(true).describe('Cleaner triangles; takes longer'),
      seed,
    }),
    // It counts vertices, of which a closed surface has half as many as faces.
    faces: (limit) => clamped('decimation_target', limit, { min: 5000, max: 2_000_000, perFace: 0.5 }),
    mesh: ['model_glb'],
  },
  {
    ...hunyuan2,
    id: 'fal-ai/hunyuan3d/v2',
    name: 'Hunyuan3D 2',
    description: 'Strong geometry, with or without colours, from Tencent.',
  },
  {
    ...hunyuan2,
    id: 'fal-ai/hunyuan3d/v2/turbo',
    name: 'Hunyuan3D 2 Turbo',
    description: 'Hunyuan3D 2 in less time, with a little less detail.',
  },
  {
    ...hunyuan2,
    id: 'fal-ai/hunyuan3d/v2/mini',
    name: 'Hunyuan3D 2 Mini',
    description: 'The smallest Hunyuan3D 2, for quick drafts.',
  },
  {
    id: 'fal-ai/hunyuan3d-v3/image-to-3d',
    name: 'Hunyuan3D 3',
    description: 'Very detailed models with realistic materials, from Tencent.',
    image: 'input_image_url',
    options: z.strictObject({
      generate_type: z
        .enum(['Normal', 'LowPoly', 'Geometry'])
        .default('Normal')
        .describe('A textured, a low-poly, or an untextured model'),
      enable_pbr: z.boolean().default(false).describe('Materials that respond to light; not for untextured models'),
    }),
    faces: (limit) => clamped('face_count', limit, { min: 40_000, max: 1_500_000 }),
    mesh: ['model_glb', 'model_urls.glb'],
    preview: 'thumbnail',
    extras: modelUrls('obj', 'mtl', 'texture', 'fbx', 'usdz'),
  },
  {
    id: 'fal-ai/triposr',
    name: 'TripoSR',
    description: 'The fastest and cheapest; rough shapes with colours on the vertices.',
    image: 'image_url',
    options: z.strictObject({
      do_remove_background: z.boolean().default(true).describe('Cut the object out of the photo first'),
      foreground_ratio: z.number().min(0.5).max(1).default(0.9).describe('How much of the photo the object fills'),
      mc_resolution: z.int().min(32).max(1024).default(256).describe('How fine the surface is'),
    }),
    fixed: { output_format: 'glb' },
    mesh: ['model_mesh'],
  },
  {
    id: 'fal-ai/hyper3d/rodin',
    name: 'Hyper3D Rodin',
    description: 'Ready for production, with clean topology and materials, from Deemos.',
    image: 'input_image_urls',
    imageList: true,
    options: z.strictObject({
      quality: z
        .enum(['high', 'medium', 'low', 'extra-low'])
        .default('medium')
        .describe('How many triangles the model has'),
      material: z.enum(['PBR', 'Shaded']).default('PBR').describe('Materials that respond to light, or baked shading'),
      tier: z.enum(['Regular', 'Sketch']).default('Regular').describe('Sketch is faster and rougher'),
      seed: z.int().min(0).max(65_535).optional().describe('The same seed and photo give the same model'),
    }),
    fixed: { geometry_file_format: 'glb' },
    faces: rodinQuality,
    mesh: ['model_mesh'],
    extras: [{ path: 'textures', name: 'texture' }],
  },
  {
    id: 'fal-ai/meshy/v6/image-to-3d',
    name: 'Meshy 6',
    description: 'Sculpted detail and an exact number of triangles, from Meshy.',
    image: 'image_url',
    options: z.strictObject({
      should_texture: z.boolean().default(true).describe('With colours'),
      enable_pbr: z.boolean().default(false).describe('Materials that respond to light'),
      should_remesh: z.boolean().default(true).describe('Cleaner triangles; required for a face limit'),
    }),
    fixed: { topology: 'triangle' },
    faces(limit) {
      const budget = clamped('target_polycount', limit, { min: 100, max: 300_000 });
      // Without remeshing the model would pass the number over in silence.
      return { ...budget, input: { ...budget.input, should_remesh: true } };
    },
    mesh: ['model_glb', 'model_urls.glb'],
    preview: 'thumbnail',
    extras: modelUrls('obj', 'mtl', 'fbx', 'usdz'),
  },
];

function modelUrls(...names: string[]): NonNullable<FalRow['extras']> {
  return names.map((name) => ({ path: `model_urls.${name}`, name }));
}

/** The nearest number that the model accepts, with a warning where that is another one. */
function clamped(
  key: string,
  limit: number,
  { min, max, perFace = 1 }: { min: number; max: number; perFace?: number },
): FaceBudget {
  const wanted = Math.floor(limit * perFace);
  const given = Math.min(max, Math.max(min, wanted));
  if (given === wanted) return { input: { [key]: given } };
  const faces = Math.round(given / perFace);
  return {
    input: { [key]: given },
    warning: message('provider.face_limit_range', { min: min / perFace, max: max / perFace, given: faces }),
  };
}

/** Faces that each quality gives, in triangles: twice the quads that Hyper3D names for it. */
const rodinFaces = { high: 100_000, medium: 36_000, low: 16_000, 'extra-low': 8000 } as const;

/** The best quality within the budget, unless the options ask for a lower one still. */
function rodinQuality(limit: number, options: Readonly<Record<string, unknown>>): FaceBudget {
  const asked = typeof options['quality'] === 'string' ? options['quality'] : 'medium';
  const names = Object.keys(rodinFaces);
  const fits = Object.entries(rodinFaces).findIndex(([, faces]) => faces <= limit);
  const within = names[fits < 0 ? names.length - 1 : Math.max(fits, names.indexOf(asked))] ?? 'extra-low';
  const input = { quality: within };
  if (fits >= 0) return { input };
  return { input, warning: message('provider.lowest_quality', { faces: rodinFaces['extra-low'] }) };
}
