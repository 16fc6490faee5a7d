import type { ModelFile } from '@image2model/protocol';
import { extraKey, modelKey, previewKey } from './keys.ts';
import type { AttemptPlace } from './keys.ts';
import { previewFilename } from './names.ts';
import type { Facts } from './verifier.ts';

/** A file that a finished result lists: where it lies, what it is called, and what its bytes are known to be. */
export interface ListedFile extends Facts {
  kind: 'model' | 'preview' | 'extra';
  key: string;
  filename: string;
  contentType: string;
  /** Names the bytes in an `ETag`. */
  tag: string;
}

/**
 * The model, its preview and what came with it. Results of an earlier version say less of the bytes: nothing of a preview,
 * and of an extra file only its size.
 */
export function listedFiles(place: AttemptPlace, result: ModelFile): ListedFile[] {
  const { filename, size, sha256, mime_type: contentType, rendered_image: preview, extra_files: extras = [] } = result;
  const model = { kind: 'model', key: modelKey(place), filename, contentType, sizeBytes: size, sha256, tag: sha256 };
  const pictured = preview && {
    kind: 'preview',
    key: previewKey(place),
    filename: previewFilename(filename),
    contentType: 'image/webp',
    sizeBytes: preview.size,
    sha256: preview.sha256,
    // Drawn from the model, by it alone.
    tag: preview.sha256 ?? `${sha256}-preview`,
  };
  const others = extras.map((extra, index) => ({
    kind: 'extra',
    key: extraKey(place, index),
    filename: extra.filename,
    contentType: extra.mime_type,
    sizeBytes: extra.size,
    sha256: extra.sha256,
    // Came with the model, from the same request.
    tag: extra.sha256 ?? `${sha256}-extra-${index}`,
  }));
  return [model, ...(pictured ? [pictured] : []), ...others] as ListedFile[];
}
