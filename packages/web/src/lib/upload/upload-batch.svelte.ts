import type { ApiService, UploadAnswer, UploadOptions } from '@image2model/client';
import { maxFilesPerUpload } from '@image2model/protocol';
import { checkImage } from './check-image.ts';

/** What is wrong with a photo or with a whole batch. */
export interface Trouble {
  /** Of the server's table of errors, or one of `checkImage`. */
  code: string;
  /** The server's own sentence, where it gave one. */
  detail?: string;
}

/** A photo that is going to be sent, or why it is not. */
export interface Photo {
  readonly id: number;
  readonly file: File;
  /** An object URL of the photo, for as long as it stands in the list. */
  readonly url: string;
  readonly trouble: Trouble | undefined;
  /** Per cent that have left. */
  readonly sent: number;
}

/** The photos that somebody gathers on the upload page, and their way to the server. */
export class UploadBatch {
  readonly #api: Pick<ApiService, 'uploadBatch'>;
  #nextId = 1;
  #abort: AbortController | undefined;

  photos = $state.raw<readonly Photo[]>([]);
  /** Per cent of the upload; undefined while nothing is being sent. */
  progress = $state.raw<number | undefined>(undefined);
  /** What went wrong with the batch as a whole. */
  trouble = $state.raw<Trouble | undefined>(undefined);

  readonly good = $derived(this.photos.filter(({ trouble }) => trouble === undefined));
  readonly sending = $derived(this.progress !== undefined);

  constructor(api: Pick<ApiService, 'uploadBatch'>) {
    this.#api = api;
  }

  /** Takes photos in. Bad ones stand in the list too, with what is wrong with them. */
  async add(files: Iterable<File>): Promise<void> {
    if (this.sending) return;
    this.trouble = undefined;
    const checked = await Promise.all([...files].map(async (file) => ({ file, code: await checkImage(file) })));
    let room = maxFilesPerUpload - this.good.length;
    const added = checked.map(({ file, code }): Photo => {
      const trouble = code ?? (room > 0 ? undefined : 'TOO_MANY_FILES');
      if (trouble === undefined) room -= 1;
      const url = URL.createObjectURL(file);
      return { id: this.#nextId++, file, url, trouble: trouble && { code: trouble }, sent: 0 };
    });
    this.photos = [...this.photos, ...added];
  }

  /** Takes a photo out. Where there were too many, the next one moves up. */
  remove(id: number): void {
    if (this.sending) return;
    for (const photo of this.photos) if (photo.id === id) URL.revokeObjectURL(photo.url);
    const left = this.photos.filter((photo) => photo.id !== id);
    let room = maxFilesPerUpload - left.filter(({ trouble }) => trouble === undefined).length;
    this.photos = left.map((photo) => {
      if (photo.trouble?.code !== 'TOO_MANY_FILES' || room <= 0) return photo;
      room -= 1;
      return { ...photo, trouble: undefined };
    });
    this.trouble = undefined;
  }

  clear(): void {
    for (const { url } of this.photos) URL.revokeObjectURL(url);
    this.photos = [];
    this.trouble = undefined;
  }

  /** Sends the good photos. What the server refuses is noted at the photo it names; nothing is stored then. */
  async send(options: UploadOptions): Promise<UploadAnswer | undefined> {
    if (this.sending || this.good.length === 0) return undefined;
    const sending = this.good;
    this.trouble = undefined;
    this.progress = 0;
    this.#abort = new AbortController();
    const answer = await this.#api.uploadBatch(
      sending.map(({ file }) => file),
      { ...options, signal: this.#abort.signal, onUploadProgress: ({ progress }) => this.#sent(sending, progress) },
    );
    this.progress = undefined;
    if (answer.success) return answer;
    this.photos = this.photos.map((photo) => ({ ...photo, sent: 0 }));
    if (answer.code !== 'ABORTED') this.#refused(answer);
    return undefined;
  }

  /** Breaks the upload off. The photos stay. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Photos leave one after the other, so how far each one is follows from how far the whole is. */
  #sent(sending: readonly Photo[], progress: number): void {
    this.progress = progress;
    const total = sending.reduce((sum, { file }) => sum + file.size, 0);
    let left = (total * progress) / 100;
    const sent = new Map<number, number>();
    for (const { id, file } of sending) {
      sent.set(id, Math.min(100, Math.max(0, (100 * left) / file.size)));
      left -= file.size;
    }
    this.photos = this.photos.map((photo) => ({ ...photo, sent: sent.get(photo.id) ?? 0 }));
  }

  #refused(answer: {
    code: string;
    error: string;
    errors: readonly { code: string; detail: string; filename?: string | undefined }[];
  }) {
    const open = answer.errors.filter(({ filename }) => filename !== undefined);
    let noted = 0;
    this.photos = this.photos.map((photo) => {
      const at = photo.trouble ? -1 : open.findIndex(({ filename }) => filename === photo.file.name);
      const [error] = at < 0 ? [] : open.splice(at, 1);
      if (error === undefined) return photo;
      noted += 1;
      return { ...photo, trouble: { code: error.code, detail: error.detail } };
    });
    // Refused photos speak for themselves; whatever else is wrong is said about the batch.
    const other = answer.errors.find(({ filename }) => filename === undefined) ?? open[0];
    if (other) this.trouble = { code: other.code, detail: other.detail };
    else if (noted === 0) this.trouble = { code: answer.code, detail: answer.error };
  }
}
