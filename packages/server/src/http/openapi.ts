import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { errorDefinitions, maxFaceLimit, maxFilesPerUpload, minFaceLimit, problemSchema } from '@image2model/protocol';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { version } from '../version.ts';

/** As much of an OpenAPI document as is worked on here. */
interface Document {
  paths?: Record<string, Record<string, { responses?: object; requestBody?: { content?: object } }>>;
  components?: { schemas?: object };
}

type OpenApiConfig = Pick<Config, 'publicUrl' | 'apiKeys' | 'adminApiKeys'>;

/** How the OpenAPI document is made of the routes' schemas, and what it says that schemas cannot. */
export const openapiOptions = (config: OpenApiConfig): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'image2model',
      version,
      description: 'Turn photos into 3D models, with honest live progress.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    ...(isKeyed(config) && { components: { securitySchemes }, security: [{ bearer: [] }, { session: [] }] }),
    ...(config.publicUrl !== null && { servers: [{ url: config.publicUrl }] }),
  },
  // Pages and assets have no tag.
  hideUntagged: true,
  transform: (route) => {
    const transformed = jsonSchemaTransform(route);
    const { access } = route.route.config ?? {};
    if (access !== 'public' && access !== 'signed') return transformed;
    return { ...transformed, schema: { ...transformed.schema, security: [] } };
  },
  transformObject: (made) => complete(('openapiObject' in made ? made.openapiObject : {}) as Document),
});

/** Without any key, nobody is asked for one. */
function isKeyed({ apiKeys, adminApiKeys }: OpenApiConfig): boolean {
  return apiKeys.length > 0 || adminApiKeys.length > 0;
}

const securitySchemes = {
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
} as const;

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
  for (const [path, body] of Object.entries(forms)) {
    const operation = document.paths?.[path]?.['post'];
    if (operation === undefined) continue;
    const content = { ...operation.requestBody?.content, ...formContent(body) };
    operation.requestBody = { ...operation.requestBody, content, ...(body.required && { required: true }) };
  }
  const { $schema: _, ...problemJson } = z.toJSONSchema(problemSchema);
  const schemas = { ...document.components?.schemas, Problem: problemJson };
  return { ...document, components: { ...document.components, schemas } };
}

const file = { type: 'string', contentMediaType: 'application/octet-stream' };
const photos = { type: 'array', minItems: 1, maxItems: maxFilesPerUpload, items: file };
const masks = {
  type: 'array',
  maxItems: maxFilesPerUpload,
  items: file,
  description:
    'What to keep of photos, by file name: `chair.jpg` or `chair.mask.png` for `chair.jpg`. White is kept; where ' +
    'parts are transparent, what is opaque. PNG, WebP or JPEG with the proportions of the photo, up to 10 MiB each',
};
const faceLimit = { type: 'integer', minimum: minFaceLimit, maximum: maxFaceLimit };
const model = { type: 'string', description: 'An id from /api/v1/models/available' };
const options = { type: 'string', description: "JSON by the model's options schema" };

interface FormSchema {
  required?: string[];
  properties: object;
}

/** Multipart bodies are read as a stream and checked by hand, so there is no schema to derive these from. */
const forms: Readonly<Record<string, FormSchema>> = {
  '/api/v1/upload': {
    required: ['files'],
    properties: {
      files: { ...photos, description: 'JPEG, PNG, WebP or AVIF, up to 10 MiB each' },
      masks,
      face_limit: faceLimit,
      model,
      options,
      reuse: {
        type: 'boolean',
        description:
          'Whether an earlier result of the same image, mask, model, options and face limit will do: by default yes for ' +
          'the local model, no for others. `false` has a new one made',
      },
    },
  },
  '/api/v1/cuts': {
    required: ['file'],
    properties: { file: { ...file, description: 'JPEG, PNG, WebP or AVIF, up to 10 MiB' } },
  },
  '/api/v1/jobs/{job_id}/retry': {
    properties: {
      masks,
      model,
      options,
      face_limit: faceLimit,
      file_ids: { type: 'string', description: 'JSON list of the files to run; by default those of the masks' },
    },
  },
};

function formContent(schema: FormSchema): object {
  return { 'multipart/form-data': { schema: { type: 'object', ...schema } } };
}
