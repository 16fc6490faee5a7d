import { Document, NodeIO } from '@gltf-transform/core';
import type { Generated, Model, ModelContext, ModelInput, ModelOptions } from '../../src/models/model.ts';

interface TriangleModelOptions {
  /** What happens to a file instead of or before the result; a triangle comes of it at once where nothing is said. */
  before?: (input: ModelInput, options: ModelOptions, context: ModelContext) => Promise<void>;
}

/** Simulated, for tests alone: makes the same triangle of every picture, and does what a test tells it before. */
export function createTriangleModel({ before }: TriangleModelOptions = {}): Model {
  return {
    id: 'local',
    describe: () => ({
      id: 'local',
      name: 'Test model',
      description: 'Makes a triangle of everything.',
      options_schema: { type: 'object', properties: { depth: { type: 'string' } } },
      formats: ['glb'],
      requires_key: false,
      typical_seconds: null,
    }),
    checkOptions: (options) => {
      if (typeof options !== 'object' || options === null || Array.isArray(options)) {
        return { problems: ['The options must be an object.'] };
      }
      if ('depth' in options && typeof options.depth !== 'string') return { problems: ['depth must be a text.'] };
      return { options: { ...options } };
    },
    async generate(input, options, context): Promise<Generated> {
      context.report({ stage: 'mesh', fraction: 0.5, message: 'Half-way' });
      await before?.(input, options, context);
      context.signal.throwIfAborted();
      return {
        glb: await triangle(),
        preview: { bytes: Buffer.from('RIFF----WEBPVP8 '), contentType: 'image/webp' },
        statistics: { faces: 1, vertices: 3 },
      };
    },
    close: async () => undefined,
  };
}

async function triangle(): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const position = document
    .createAccessor()
    .setType('VEC3')
    .setArray(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]))
    .setBuffer(buffer);
  const primitive = document.createPrimitive().setAttribute('POSITION', position);
  const mesh = document.createMesh().addPrimitive(primitive);
  document.createScene().addChild(document.createNode().setMesh(mesh));
  return await new NodeIO().writeBinary(document);
}
