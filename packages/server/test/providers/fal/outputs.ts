import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { makeGlb } from '../glb.ts';
import { falModels } from './models.ts';
import type { State } from '../state.ts';
import type { Outcome } from '../types.ts';

interface ResultOptions {
  state: State;
  /** Where files are served, without a slash at the end. */
  cdnUrl: string;
  jobId: string;
  endpoint: string;
  input: Readonly<Record<string, unknown>>;
  outcome: Outcome;
  now: number;
}

interface File {
  url: string;
  content_type: string;
  file_name: string;
  file_size: number;
}

/** Makes the files of a finished job and gives the model's own JSON. */
export function makeResult(options: ResultOptions): Record<string, unknown> {
  const { endpoint, input, outcome, jobId } = options;
  const model = falModels[endpoint];
  if (!model) throw new Error(`No such model: ${endpoint}`);
  const budget = model.faces === undefined ? undefined : input[model.faces];
  const glb = makeGlb(jobId, typeof budget === 'number' ? budget : undefined);
  const wrong = outcome.kind === 'wrong-file' ? outcome.is : '';
  const mesh = (): File | undefined => {
    if (outcome.kind === 'no-mesh') return undefined;
    const file = store(options, 'mesh.glb', 'model/gltf-binary', glb, wrong);
    return outcome.kind === 'elsewhere' ? { ...file, url: outcome.url } : file;
  };
  const picture = (): File => store(options, 'preview.png', 'image/png', preview);
  const other = (name: string, type: string): File =>
    store(options, name, type, Buffer.from(`# simulated ${name} of ${jobId}\n`));
  switch (model.output) {
    case 'tripo': {
      const key = input['pbr'] === true ? 'pbr_model' : input['texture'] === 'no' ? 'base_model' : 'model_mesh';
      return { task_id: jobId, [key]: mesh(), rendered_image: picture() };
    }
    case 'mesh':
      return { model_mesh: mesh(), timings: {}, remeshing_dir: null };
    case 'mesh-timings':
      return { model_mesh: mesh(), timings: { prepare: 0.2, generation: 3.1, export: 1.4 } };
    case 'glb':
      return { model_glb: mesh(), timings: {} };
    case 'mesh-seed':
      return { model_mesh: mesh(), seed: 42 };
    case 'hunyuan-v3': {
      const made = mesh();
      const urls = {
        glb: made,
        obj: other('model.obj', 'text/plain'),
        fbx: other('model.fbx', 'application/octet-stream'),
      };
      return { model_glb: made, model_urls: { ...urls, usdz: null }, thumbnail: picture(), seed: 42 };
    }
    case 'rodin':
      return { model_mesh: mesh(), seed: 42, textures: [other('texture.png', 'image/png')] };
    case 'meshy': {
      const made = mesh();
      return {
        model_glb: made,
        model_urls: { glb: made, obj: other('model.obj', 'text/plain') },
        thumbnail: picture(),
      };
    }
    default:
      return model.output satisfies never;
  }
}

const preview = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();

function store(options: ResultOptions, name: string, contentType: string, bytes: Uint8Array, wrong = ''): File {
  const id = randomBytes(12).toString('hex');
  options.state.run('insert into files values (?, ?, ?, ?, ?, ?)', id, name, contentType, bytes, options.now, wrong);
  return {
    url: `${options.cdnUrl}/files/${id}/${name}`,
    content_type: contentType,
    file_name: name,
    file_size: bytes.length,
  };
}
