import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError } from '../errors.ts';
import type { Extra, Generated } from '../contract.ts';
import type { FalAnswer, FalClient, FalHandle } from './client.ts';
import { download, DownloadError } from '../remote/download.ts';
import { errorType, explainFailure, keyRefused } from './errors.ts';
import type { FalFailure } from './errors.ts';
import { inspectGlb } from '../remote/glb.ts';
import { ExchangeError } from '../remote/http.ts';
import type { FalRow } from './table.ts';
import { backoffMs } from '../remote/timings.ts';

const mebibyte = 1024 * 1024;
/** Bytes of a model, of a picture, and of all that comes besides. */
export const mostModelBytes = 256 * mebibyte;
const mostPreviewBytes = 16 * mebibyte;
const mostExtraBytes = 128 * mebibyte;
const mostExtras = 12;
/** The side of a preview, in pixels. */
const previewSide = 768;
/** Tries at an answer that was paid for. */
const mostTries = 30;
/** So often the same error must come before it is taken for the request's own and not for a bad moment of fal's. */
const errorsToBelieve = 4;

/**
 * The answer of a request that has ended. It is paid for, so whatever may pass is waited out.
 * @returns The model's own JSON with its headers, or why the request failed.
 * @throws ModelError where it cannot be had any more.
 */
export async function fetchResult(
  client: FalClient,
  handle: FalHandle,
  { failed, signal, onKeyRefused }: { failed: boolean; signal: AbortSignal; onKeyRefused: () => void },
): Promise<FalAnswer | FalFailure> {
  let alike = 0;
  let lastStatus = 0;
  let cause: unknown;
  let refused: ModelError | undefined;
  for (let tries = 0; tries < mostTries; tries += 1) {
    if (tries > 0) await sleep(backoffMs(tries - 1, client.timings), undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    try {
      const answer = await client.result(handle, signal);
      const { status, body } = answer;
      if (status === 200 && typeof body === 'object' && body !== null) return answer;
      cause = new Error(`fal answered with ${status}`);
      if (status < 400 || status === 429 || status === 408) continue;
      alike = status === lastStatus ? alike + 1 : 1;
      lastStatus = status;
      if (status === 401 || status === 403) {
        if (alike >= errorsToBelieve) onKeyRefused();
        refused = keyRefused();
        continue;
      }
      // In fal's words: still in progress. What said that it has ended may have been ahead of what keeps the result.
      if (status === 400 && !failed && errorType(answer) === undefined) continue;
      const own = status === 422 || status === 400 || status === 499;
      if (status === 404 || status === 410) {
        if (alike >= errorsToBelieve) throw new ModelError('RESULT_INVALID', 'fal.ai has not kept the result');
      } else if (own || alike >= (failed ? 1 : errorsToBelieve)) {
        return explainFailure(answer);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExchangeError)) throw error;
      cause = error;
    }
  }
  if (refused !== undefined) throw refused;
  throw new ModelError('PROVIDER_UNAVAILABLE', 'fal.ai does not hand the result out', { cause, retryable: true });
}

/**
 * Fetches the files that an answer names and says what they are.
 * @throws ModelError `RESULT_INVALID` where there is no GLB among them.
 */
export async function collect(
  client: FalClient,
  row: FalRow,
  body: unknown,
  { signal, faceLimit }: { signal: AbortSignal; faceLimit: number | null },
): Promise<Pick<Generated, 'glb' | 'preview' | 'extras' | 'statistics'>> {
  const { glb, url, faces, vertices } = await fetchModel(client, row, body, signal);
  const preview = await fetchPreview(client, row, body, signal);
  const { extras, missing } = await fetchExtras(client, row, body, url, signal);
  const warnings = [
    ...(faceLimit !== null && faces > faceLimit
      ? [`The model has ${faces} faces, more than the limit of ${faceLimit}`]
      : []),
    ...(missing.length > 0 ? [`fal.ai did not hand out: ${missing.join(', ')}`] : []),
  ];
  return { glb, preview, extras, statistics: { faces, vertices, warnings } };
}

async function fetchModel(client: FalClient, row: FalRow, body: unknown, signal: AbortSignal) {
  let found = 'nothing';
  for (const path of row.mesh) {
    const [file] = filesAt(body, path);
    if (file === undefined) continue;
    for (let tries = 0; tries < 3; tries += 1) {
      const glb = await fetchFile(client, file.url, mostModelBytes, signal);
      const content = inspectGlb(glb);
      if (content.kind === 'glb') return { glb, url: file.url, faces: content.faces, vertices: content.vertices };
      found =
        content.kind === 'cut'
          ? 'a GLB that is cut off'
          : content.kind === 'broken'
            ? 'a broken GLB'
            : `a file of another kind (${content.kind})`;
      // Without a length a download that broke off looks whole; fetched again it is, unless it lies there like that.
      if (content.kind !== 'cut') break;
    }
  }
  throw new ModelError('RESULT_INVALID', `The model gave ${found} where a GLB was expected`);
}

async function fetchFile(client: FalClient, url: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { guard, timings } = client;
  try {
    return await download(url, { guard, timings, maxBytes, signal });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    switch (error.why) {
      case 'too large':
        throw new ModelError('RESULT_INVALID', `The model is larger than ${maxBytes / mebibyte} MiB`, { cause: error });
      case 'gone':
        throw new ModelError('RESULT_INVALID', 'fal.ai has not kept the model', { cause: error });
      case 'forbidden':
        throw new ModelError('RESULT_INVALID', 'The model lies at an address that is not opened', { cause: error });
      case 'unreachable':
        throw new ModelError('PROVIDER_UNAVAILABLE', 'The model cannot be fetched from fal.ai', { cause: error });
      default:
        return error.why satisfies never;
    }
  }
}

/** As WebP, which also takes out whatever else was in the file; null where there is none that can be read. */
async function fetchPreview(
  client: FalClient,
  row: FalRow,
  body: unknown,
  signal: AbortSignal,
): Promise<Generated['preview']> {
  const [file] = row.preview === undefined ? [] : filesAt(body, row.preview);
  if (file === undefined) return null;
  try {
    const picture = await download(file.url, { ...client, maxBytes: mostPreviewBytes, signal });
    // Loaded when it is needed: it takes a moment, and memory.
    const { default: sharp } = await import('sharp');
    const side = { width: previewSide, height: previewSide, fit: 'inside', withoutEnlargement: true } as const;
    const bytes = await sharp(picture, { limitInputPixels: 64_000_000 }).resize(side).webp().toBuffer();
    return { bytes, contentType: 'image/webp' };
  } catch (error) {
    signal.throwIfAborted();
    // A model without a picture is a model all the same.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function fetchExtras(
  client: FalClient,
  row: FalRow,
  body: unknown,
  modelUrl: string,
  signal: AbortSignal,
): Promise<{ extras: Extra[]; missing: string[] }> {
  const extras: Extra[] = [];
  const missing: string[] = [];
  let room = mostExtraBytes;
  for (const { path, name } of row.extras ?? []) {
    const files = filesAt(body, path).filter(({ url }) => url !== modelUrl);
    for (const [index, { url, extension }] of files.entries()) {
      if (extras.length + missing.length >= mostExtras) return { extras, missing };
      const numbered = files.length > 1 ? `${name}-${index + 1}` : name;
      try {
        const bytes = await download(url, { ...client, maxBytes: room, signal });
        room -= bytes.byteLength;
        extras.push({ name: numbered, extension, contentType: contentTypes[extension] ?? fallbackType, bytes });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DownloadError)) throw error;
        missing.push(numbered);
      }
    }
  }
  return { extras, missing };
}

const fallbackType = 'application/octet-stream';
/** By the ending of a name, of what models give; what else they may name is kept as bytes without a type. */
const contentTypes: Readonly<Record<string, string>> = {
  glb: 'model/gltf-binary',
  obj: 'model/obj',
  mtl: 'model/mtl',
  fbx: fallbackType,
  usdz: 'model/vnd.usdz+zip',
  stl: 'model/stl',
  zip: 'application/zip',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

interface NamedFile {
  url: string;
  /** One of those above, or `bin`. */
  extension: string;
}

/** The files at a path of an answer: one, several where there is a list, none where there is something else. */
function filesAt(body: unknown, path: string): NamedFile[] {
  let value = body;
  for (const part of path.split('.')) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : undefined;
  }
  return (Array.isArray(value) ? value : [value]).flatMap((file: unknown) => {
    if (typeof file !== 'object' || file === null || !('url' in file) || typeof file.url !== 'string') return [];
    const named: unknown = 'file_name' in file ? file.file_name : undefined;
    const address = URL.canParse(file.url) ? new URL(file.url).pathname : '';
    const endings = [named, address].flatMap((text) =>
      typeof text === 'string' ? (/\.(\w{1,5})$/.exec(text)?.[1] ?? []) : [],
    );
    const known = endings.map((ending) => ending.toLowerCase()).find((ending) => Object.hasOwn(contentTypes, ending));
    return [{ url: file.url, extension: known ?? 'bin' }];
  });
}
