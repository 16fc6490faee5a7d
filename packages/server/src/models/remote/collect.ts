import { message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import type { Extra, Generated } from '../contract.ts';
import type { AddressGuard } from './address.ts';
import { download, DownloadError } from './download.ts';
import { inspectGlb } from './glb.ts';
import type { Content } from './glb.ts';
import { contentTypeOf } from './result-files.ts';
import type { RemoteFile, ResultFiles } from './result-files.ts';
import type { RemoteTimings } from './timings.ts';

const mebibyte = 1024 * 1024;
const maxModelBytes = 256 * mebibyte;
const maxPreviewBytes = 16 * mebibyte;
/** Of all extras together. */
const maxExtraBytes = 128 * mebibyte;
const maxExtras = 12;
/** The longer side of a preview, in pixels. */
const previewSide = 768;
/** Downloads of a GLB that arrives cut off. */
const maxCutDownloads = 3;

interface CollectOptions {
  /** The provider's display name. */
  provider: string;
  guard: AddressGuard;
  timings: RemoteTimings;
  signal: AbortSignal;
  faceLimit: number | null;
}

/**
 * Fetches the files of a result and checks what they are. `warnings` are for the person.
 * @throws ModelError `RESULT_INVALID` where there is no GLB among them
 */
export async function collect(files: ResultFiles, options: CollectOptions) {
  const { provider, faceLimit } = options;
  const { glb, url, faces, vertices } = await fetchModel(files.models, options);
  const preview = await fetchPreview(files.preview, options);
  const { extras, missing } = await fetchExtras(files.extras, url, options);
  const warnings: Message[] = [];
  if (faceLimit !== null && faces > faceLimit) {
    warnings.push(message('provider.over_face_limit', { faces, limit: faceLimit }));
  }
  if (missing.length > 0) warnings.push(message('provider.extras_missing', { provider, names: missing.join(', ') }));
  return { glb, preview, extras, faces, vertices, warnings };
}

async function fetchModel(candidates: readonly RemoteFile[], options: CollectOptions) {
  let wrong: Message = message('provider.no_model');
  for (const { url } of candidates) {
    for (let downloads = 0; downloads < maxCutDownloads; downloads += 1) {
      const glb = await fetchFile(url, options);
      const content = inspectGlb(glb);
      if (content.kind === 'glb') return { glb, url, faces: content.faces, vertices: content.vertices };
      wrong = wrongContent(content.kind);
      // Without a length a download that broke off looks whole; fetched again it is, unless it is like that over there.
      if (content.kind !== 'cut') break;
    }
  }
  throw new ModelError('RESULT_INVALID', wrong);
}

function wrongContent(kind: Exclude<Content['kind'], 'glb'>): Message {
  if (kind === 'cut') return message('provider.glb_cut');
  if (kind === 'broken') return message('provider.glb_broken');
  return kind === 'unknown' ? message('provider.unknown_file') : message('provider.other_file', { kind });
}

async function fetchFile(url: string, options: CollectOptions): Promise<Uint8Array> {
  const { provider } = options;
  try {
    return await download(url, { ...options, maxBytes: maxModelBytes });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const invalid = (said: Message): ModelError => new ModelError('RESULT_INVALID', said, { cause: error });
    switch (error.why) {
      case 'too large':
        throw invalid(message('provider.model_too_large', { megabytes: maxModelBytes / mebibyte }));
      case 'gone':
        throw invalid(message('provider.model_gone', { provider }));
      case 'forbidden':
        throw invalid(message('provider.model_address'));
      case 'unreachable':
        throw new ModelError('PROVIDER_UNAVAILABLE', message('provider.model_unreachable', { provider }), {
          cause: error,
        });
      default:
        return error.why satisfies never;
    }
  }
}

/** As WebP, which also removes whatever else was in the file; null where there is none that can be read. */
async function fetchPreview(file: RemoteFile | undefined, options: CollectOptions): Promise<Generated['preview']> {
  if (file === undefined) return null;
  try {
    const picture = await download(file.url, { ...options, maxBytes: maxPreviewBytes });
    // Loaded when it is needed: it takes a moment, and memory.
    const { default: sharp } = await import('sharp');
    const side = { width: previewSide, height: previewSide, fit: 'inside', withoutEnlargement: true } as const;
    const bytes = await sharp(picture, { limitInputPixels: 64_000_000 }).resize(side).webp().toBuffer();
    return { bytes, contentType: 'image/webp' };
  } catch {
    options.signal.throwIfAborted();
    // A model without a picture is a model all the same.
    return null;
  }
}

async function fetchExtras(
  groups: ResultFiles['extras'],
  modelUrl: string,
  options: CollectOptions,
): Promise<{ extras: Extra[]; missing: string[] }> {
  const extras: Extra[] = [];
  const missing: string[] = [];
  let bytesLeft = maxExtraBytes;
  for (const { name, files } of groups) {
    const others = files.filter(({ url }) => url !== modelUrl);
    for (const [index, { url, extension }] of others.entries()) {
      if (extras.length + missing.length >= maxExtras) return { extras, missing };
      const numbered = others.length > 1 ? `${name}-${index + 1}` : name;
      try {
        const bytes = await download(url, { ...options, maxBytes: bytesLeft });
        bytesLeft -= bytes.byteLength;
        extras.push({ name: numbered, extension, contentType: contentTypeOf(extension), bytes });
      } catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof DownloadError)) throw error;
        missing.push(numbered);
      }
    }
  }
  return { extras, missing };
}
