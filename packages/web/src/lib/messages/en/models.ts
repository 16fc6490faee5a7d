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
      'Runs on this server; your photo stays here. It rounds out the object’s outline and wraps the photo around it. If no object stands out, the whole photo becomes a relief. Best for objects on a plain background, cut-outs and logos. The back is a guess.',
    options: {
      shape: {
        label: 'Shape',
        help: 'Round like a ball, soft like a cushion, flat and even, a thin plaque in low relief, or turned on a lathe like a bottle',
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
        help: 'As a percentage of the longest side. Leave blank for what suits the shape.',
      },
      detail: { label: 'Detail', help: 'How strongly the photo’s light and shade are embossed on the surface' },
      mode: {
        label: 'Object or relief',
        help: 'Cut out the object, make a relief of the whole photo, or choose automatically',
        choices: { auto: 'Automatic', object: 'Object', relief: 'Relief' },
      },
      parts: {
        label: 'Separate parts',
        help: 'Keep every separate part of the object, or only the largest',
        choices: { all: 'All', largest: 'Largest only' },
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
      auto_size: { label: 'Real-world size' },
      seed,
      texture_seed: { label: 'Texture seed', help: 'The same seed gives the same texture' },
    },
  },
  'fal-ai/trellis': {
    options: {
      mesh_simplify: { label: 'Simplification' },
      texture_size,
      ss_guidance_strength: { label: 'Rough shape: closeness to the photo' },
      ss_sampling_steps: { label: 'Rough shape: steps' },
      slat_guidance_strength: { label: 'Surface: closeness to the photo' },
      slat_sampling_steps: { label: 'Surface: steps' },
      seed,
    },
  },
  'fal-ai/trellis-2': {
    options: { resolution: { label: 'Resolution' }, texture_size, remesh: { label: 'Clean up the mesh' }, seed },
  },
  'fal-ai/hunyuan3d/v2': hunyuan2,
  'fal-ai/hunyuan3d/v2/turbo': hunyuan2,
  'fal-ai/hunyuan3d/v2/mini': hunyuan2,
  'fal-ai/hunyuan3d-v3/image-to-3d': {
    options: {
      generate_type: {
        label: 'Model type',
        choices: { Normal: 'Textured', LowPoly: 'Low poly', Geometry: 'Untextured' },
      },
      enable_pbr: realistic,
    },
  },
  'fal-ai/triposr': {
    options: {
      do_remove_background: { label: 'Remove the background' },
      foreground_ratio: { label: 'Object size in the photo' },
      mc_resolution: { label: 'Surface resolution' },
    },
  },
  'fal-ai/hyper3d/rodin': {
    options: {
      quality: {
        label: 'Quality',
        choices: { high: 'High', medium: 'Medium', low: 'Low', 'extra-low': 'Very low' },
      },
      material: { label: 'Material', choices: { PBR: 'Realistic', Shaded: 'Baked shading' } },
      tier: { label: 'Mode', choices: { Regular: 'Regular', Sketch: 'Sketch' } },
      seed,
    },
  },
  'fal-ai/meshy/v6/image-to-3d': {
    options: {
      should_texture: { label: 'Colours', help: 'Without it, the model is plain white' },
      enable_pbr: realistic,
      should_remesh: { label: 'Clean up the mesh' },
    },
  },
} as const satisfies Readonly<Record<string, ModelTexts>>;
