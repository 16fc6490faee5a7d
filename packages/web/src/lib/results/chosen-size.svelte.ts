import type { ApiService, DownloadFormat } from '@image2model/client';
import type { Origin } from '@image2model/protocol';

/** The size that a model is downloaded at: what was chosen for one holds for the others of the batch. */
export class ChosenSize {
  readonly #api: Pick<ApiService, 'downloadUrl'>;
  /** The longest side in millimetres; undefined for the usual size of each format. */
  mm: number | undefined = $state();
  /** Where its origin is; undefined for where it was made. */
  origin: Origin | undefined = $state();
  /** What was typed is no size: there is nothing to download at it. */
  isInvalid: boolean = $state(false);

  constructor(api: Pick<ApiService, 'downloadUrl'>) {
    this.#api = api;
  }

  /** Where a model can be downloaded at that size. */
  url(jobId: string, filename: string, format: DownloadFormat): string | undefined {
    if (this.isInvalid) return undefined;
    // As it was made, a GLB needs no conversion.
    if (format === 'glb' && this.mm === undefined && this.origin === undefined)
      return this.#api.downloadUrl(jobId, filename);
    return this.#api.downloadUrl(jobId, filename, { format, sizeMm: this.mm, origin: this.origin });
  }
}
