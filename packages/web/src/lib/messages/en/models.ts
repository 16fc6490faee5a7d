/** The texts for one option of a model; what is left out is shown as in the model's own schema. */
export interface OptionTexts {
  label: string;
  help?: string;
  /** By the value that is sent. A number needs no text. */
  choices?: Readonly<Record<string, string>>;
}

/** The texts for a model; what is left out is shown as the server has it. */
export interface ModelTexts {
  name?: string;
  description?: string;
  options: Readonly<Record<string, OptionTexts>>;
}

const seed = { label: 'Seed' };
const texture_size = { label: 'Texture size' };
const realistic = { label: 'Realistic materials' };
const hunyuan2 = {
  options: {
    num_inference_steps: { label: 'Steps' },
    guidance_scale: { label: 'Closeness to the photo' },
    octree_resolution: { label: 'Surface resolution' },
    textured_mesh: { label: 'Colours' },
    seed,
  },
} as const;

/** Texts for people, where the server's own English is a name for programs. */
export const modelsEn = {
  local: {
    description:
      'Made on this server, without a graphics card and without sending the photo anywhere: the outline of the object is rounded out and covered with the photo, or the whole picture becomes a relief where no object stands out. Good for things on a plain background, cut-outs, logos, props and plaques; the back is not reconstructed.',
    options: {
      shape: {
        label: 'Shape',
        help: 'Round as a ball, soft as a cushion, flat and even, a thin plaque in slight relief, or turned on its axis like a bottle',
        choices: {
          auto: 'Automatic',
          round: 'Round',
          soft: 'Soft',
          flat: 'Flat',
          plaque: 'Plaque',
          lathe: 'Turned',
        },
      },
      depth: {
        label: 'Thickness (%)',
        help: 'In per cent of the longest side; leave it empty for what suits the shape',
      },
      detail: { label: 'Detail', help: 'How much of the shading of the photo is pressed into the surface' },
      mode: {
        label: 'Object or relief',
        help: 'Cut an object out, make a relief of the whole picture, or let the picture decide',
        choices: { auto: 'Automatic', object: 'Object', relief: 'Relief' },
      },
      parts: {
        label: 'Separate parts',
        help: 'Whether every part of the object becomes solid, or the largest alone',
        choices: { all: 'All', largest: 'The largest' },
      },
    },
  },
  'tripo3d/tripo/v2.5/image-to-3d': {
    options: {
      texture: { label: 'Texture', choices: { no: 'None', standard: 'Standard', HD: 'High' } },
      pbr: realistic,
      texture_alignment: {
        label: 'Colours follow',
        choices: { original_image: 'The photo', geometry: 'The shape' },
      },
      orientation: { label: 'Orientation', choices: { default: 'Standard', align_image: 'As in the photo' } },
      auto_size: { label: 'Life size' },
      seed,
      texture_seed: { label: 'Texture seed', help: 'The same number gives the same texture again' },
    },
  },
  'fal-ai/trellis': {
    options: {
      mesh_simplify: { label: 'Simplification' },
      texture_size,
      ss_guidance_strength: { label: 'Closeness of the rough shape' },
      ss_sampling_steps: { label: 'Steps for the rough shape' },
      slat_guidance_strength: { label: 'Closeness of the surface' },
      slat_sampling_steps: { label: 'Steps for the surface' },
      seed,
    },
  },
  'fal-ai/trellis-2': {
    options: { resolution: { label: 'Resolution' }, texture_size, remesh: { label: 'Clean up the triangles' }, seed },
  },
  'fal-ai/hunyuan3d/v2': hunyuan2,
  'fal-ai/hunyuan3d/v2/turbo': hunyuan2,
  'fal-ai/hunyuan3d/v2/mini': hunyuan2,
  'fal-ai/hunyuan3d-v3/image-to-3d': {
    options: {
      generate_type: {
        label: 'Kind of model',
        choices: { Normal: 'Textured', LowPoly: 'Few faces', Geometry: 'White' },
      },
      enable_pbr: realistic,
    },
  },
  'fal-ai/triposr': {
    options: {
      do_remove_background: { label: 'Remove the background' },
      foreground_ratio: { label: 'Share of the picture' },
      mc_resolution: { label: 'Surface resolution' },
    },
  },
  'fal-ai/hyper3d/rodin': {
    options: {
      quality: {
        label: 'Quality',
        choices: { high: 'High', medium: 'Medium', low: 'Low', 'extra-low': 'Very low' },
      },
      material: { label: 'Material', choices: { PBR: 'Realistic', Shaded: 'Painted' } },
      tier: { label: 'Work', choices: { Regular: 'Thorough', Sketch: 'Sketch' } },
      seed,
    },
  },
  'fal-ai/meshy/v6/image-to-3d': {
    options: {
      should_texture: { label: 'Colours', help: 'Without it the model is white' },
      enable_pbr: realistic,
      should_remesh: { label: 'Clean up the triangles' },
    },
  },
} as const satisfies Readonly<Record<string, ModelTexts>>;
