import type { Extra, Model, ModelContext, ModelOptions, Picture } from '../../src/models/contract.ts';
import { packGlb } from './glb.ts';
import { createScriptedModel } from './scripted-model.ts';

interface TriangleModelOptions {
  /** What happens to a file instead of or before the result; a triangle comes of it at once where nothing is said. */
  before?: (picture: Picture, options: ModelOptions, context: ModelContext) => Promise<void>;
  /** What comes beside the model. */
  extras?: readonly Extra[];
}

/** Simulated, for tests alone: makes the same triangle of every picture, and does what a test tells it before. */
export function createTriangleModel({ before, extras }: TriangleModelOptions = {}): Model {
  const model = createScriptedModel({
    id: 'local',
    steps: 1,
    fault: async (input, context, options) => await before?.(input.pictures[0], options, context),
    generated: {
      glb: triangle(),
      preview: { bytes: Buffer.from('RIFF----WEBPVP8 '), contentType: 'image/webp' },
      statistics: { faces: 1, vertices: 3 },
      ...(extras !== undefined && { extras }),
    },
  });
  return {
    ...model,
    checkOptions: (options) => {
      if (typeof options !== 'object' || options === null || Array.isArray(options)) {
        return { problems: [{ text: 'The options must be an object.' }] };
      }
      if ('depth' in options && typeof options.depth === 'boolean')
        return { problems: [{ text: 'depth must be a number.' }] };
      return { options: { ...options } };
    },
  };
}

/** A binary glTF of one triangle. */
function triangle(): Uint8Array {
  const positions = Buffer.from(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]).buffer);
  const document = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 0] }],
    bufferViews: [{ buffer: 0, byteLength: positions.length }],
    buffers: [{ byteLength: positions.length }],
  };
  return new Uint8Array(packGlb(document, positions));
}
