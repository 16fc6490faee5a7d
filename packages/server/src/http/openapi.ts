import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { errorDefinitions, maxFaceLimit, maxFilesPerUpload, minFaceLimit, problemSchema } from '@image2model/protocol';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { version } from '../version.ts';

/** As much of an OpenAPI document as is worked on here. */
interface Document {
  paths?: Record<string, Record<string, { responses?: object; requestBody?: object }>>;
  components?: { schemas?: object };
}

/** How the OpenAPI document is made of the routes' schemas, and what it says that schemas cannot. */
export const openapiOptions = ({ publicUrl }: Pick<Config, 'publicUrl'>): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'image2model',
      version,
      description: 'Photos become 3D models, with honest live progress.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key' },
        api_key: { type: 'apiKey', in: 'query', name: 'api_key', description: 'Events and downloads only' },
        ticket: {
          type: 'apiKey',
          in: 'query',
          name: 'ticket',
          description:
            'Events and downloads only: good once for a download, and again for whoever first asked for events with it',
        },
        session: { type: 'apiKey', in: 'cookie', name: 'image2model_session', description: "The page's login" },
      },
    },
    security: [{ bearer: [] }, { session: [] }],
    ...(publicUrl !== null && { servers: [{ url: publicUrl }] }),
  },
  // Pages and assets have no tag.
  hideUntagged: true,
  transform: jsonSchemaTransform,
  transformObject: (made) => complete(('openapiObject' in made ? made.openapiObject : {}) as Document),
});

function complete(document: Document): object {
  const problem = {
    description: `A problem document (RFC 9457). Codes: ${Object.keys(errorDefinitions).join(', ')}`,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      operation.responses = { ...operation.responses, default: problem };
    }
  }
  const upload = document.paths?.['/api/v1/upload']?.['post'];
  if (upload !== undefined) upload.requestBody = uploadBody;
  const { $schema: _, ...problemJson } = z.toJSONSchema(problemSchema);
  const schemas = { ...document.components?.schemas, Problem: problemJson };
  return { ...document, components: { ...document.components, schemas } };
}

/** Multipart bodies are read as a stream and checked by hand, so there is no schema to derive this from. */
const uploadBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['files'],
        properties: {
          files: {
            type: 'array',
            minItems: 1,
            maxItems: maxFilesPerUpload,
            items: { type: 'string', contentMediaType: 'application/octet-stream' },
            description: 'JPEG, PNG or WebP, up to 10 MiB each',
          },
          face_limit: { type: 'integer', minimum: minFaceLimit, maximum: maxFaceLimit },
          model: { type: 'string', description: 'An id from /api/v1/models/available' },
          options: { type: 'string', description: "JSON by the model's options schema" },
          reuse: {
            type: 'boolean',
            description:
              'Whether an earlier result of the same image, model, options and face limit will do: by default yes for ' +
              'the local model, no for others. `false` has a new one made',
          },
        },
      },
    },
  },
};
