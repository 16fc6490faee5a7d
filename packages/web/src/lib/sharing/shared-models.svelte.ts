import { type DownloadFormat, downloadFormats, type Shared } from '@image2model/protocol';
import { ownAddress } from '../services/own-address.ts';
import { ask, isError } from './ask.ts';

export type SharedModel = Shared['files'][number];

/** What the page of a lasting link shows: the models that it opens, and which of them is looked at. */
export class SharedModels {
  readonly #token: string;
  #chosen = $state('');
  phase: 'loading' | 'ready' | 'none' | 'over' | 'failed' = $state('loading');
  /** The code of what went wrong. */
  code = $state('');
  shared: Shared | undefined = $state.raw();
  readonly models: readonly SharedModel[] = $derived(
    this.shared?.files.filter(({ missing }) => !missing).map(ownModel) ?? [],
  );
  readonly chosen: SharedModel | undefined = $derived(
    this.models.find(({ file_id }) => file_id === this.#chosen) ?? this.models[0],
  );
  readonly formats: readonly DownloadFormat[] = $derived(
    downloadFormats.filter((format) => this.shared?.formats.includes(format)),
  );

  constructor(token: string) {
    this.#token = token;
  }

  async load(): Promise<void> {
    this.phase = 'loading';
    const answer = await ask<Shared>(`/shared/${encodeURIComponent(this.#token)}`);
    if (isError(answer)) {
      this.code = answer.code;
      // A token that no link can have does not even reach the list.
      this.phase = ['SHARE_NOT_FOUND', 'NOT_FOUND', 'INVALID_REQUEST'].includes(answer.code) ? 'over' : 'failed';
      return;
    }
    this.shared = answer;
    this.phase = this.models.length === 0 ? 'none' : 'ready';
  }

  choose(fileId: string): void {
    this.#chosen = fileId;
  }

  /** Where all models can be had at once. */
  get archiveUrl(): string {
    return ownAddress(this.shared?.archive_url ?? '');
  }
}

/** The address of a model in a format. */
export function inFormat({ url }: Pick<SharedModel, 'url'>, format: DownloadFormat): string {
  return format === 'glb' ? url : `${url}?format=${format}`;
}

function ownModel(model: SharedModel): SharedModel {
  const { rendered_image: preview, extra_files: extras } = model;
  return {
    ...model,
    url: ownAddress(model.url),
    rendered_image: preview && !preview.missing ? { ...preview, url: ownAddress(preview.url) } : null,
    ...(extras && { extra_files: extras.map((extra) => ({ ...extra, url: ownAddress(extra.url) })) }),
  };
}
