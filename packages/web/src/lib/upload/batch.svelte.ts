import type { ApiService } from '@image2model/client';
import { maxFilesPerUpload, type ModelInfo } from '@image2model/protocol';
import { t } from '$lib/messages';
import { checkPhoto } from './check-photo.ts';
import { chosenOptions, optionFields, type OptionField } from './option-fields.ts';

/** A photo that was picked: its picture in memory, and why it cannot be sent, if it cannot. */
export interface Photo {
  readonly id: number;
  readonly file: File;
  /** Of the picture in memory; freed with the photo. */
  readonly url: string;
  problem: string;
}

/** The photos that somebody has picked, and the way of the good ones to the server. */
export class Batch {
  readonly #api: ApiService;
  #nextId = 1;
  photos: Photo[] = $state([]);
  models: ModelInfo[] = $state.raw([]);
  model = $state('');
  faceLimit = $state('');
  /** What somebody chose of the model's options, by name; `fields` says what there is. */
  options: Record<string, unknown> = $state.raw({});
  /** 0 to 100 while the photos are on their way. */
  sent: number | undefined = $state();
  /** A sentence for a person, where the server refused or could not be reached. */
  problem = $state('');
  readonly good: readonly Photo[] = $derived(this.photos.filter((photo) => photo.problem === ''));
  readonly chosen: ModelInfo | undefined = $derived(this.models.find(({ id }) => id === this.model));

  readonly fields: readonly OptionField[] = $derived(this.chosen ? optionFields(this.chosen.options_schema) : []);

  constructor(api: ApiService) {
    this.#api = api;
  }

  async loadModels(): Promise<void> {
    const answer = await this.#api.getModels();
    if (!answer.success) return;
    this.models = answer.models;
    this.model = answer.default_model;
  }

  /** Takes photos in; those that cannot be sent stay, saying why, and keep nothing else from being sent. */
  async add(files: Iterable<File>): Promise<void> {
    this.problem = '';
    for (const file of files) {
      const reason = await checkPhoto(file);
      const problem = reason ? t(reason) : this.good.length >= maxFilesPerUpload ? t('upload.bad.many') : '';
      this.photos.push({ id: this.#nextId++, file, url: URL.createObjectURL(file), problem });
    }
  }

  /** Fetches a sample as if it had been picked. */
  async addSample(name: string): Promise<void> {
    const response = await fetch(`/samples/${name}`);
    if (!response.ok) return void (this.problem = t('upload.trouble'));
    const blob = await response.blob();
    await this.add([new File([blob], name, { type: blob.type })]);
  }

  remove(id: number): void {
    const photo = this.photos.find((each) => each.id === id);
    if (photo) URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((each) => each.id !== id);
    // Where there were too many, the next one moves up.
    const next = this.photos.find(({ problem }) => problem === t('upload.bad.many'));
    if (next && this.good.length < maxFilesPerUpload) next.problem = '';
  }

  clear(): void {
    for (const { url } of this.photos) URL.revokeObjectURL(url);
    this.photos = [];
    this.problem = '';
  }

  /** Sends the good ones. The id of the task to follow, or undefined with what was wrong said at the photos. */
  async send(): Promise<string | undefined> {
    const { good } = this;
    this.problem = '';
    this.sent = 0;
    const answer = await this.#api.uploadBatch(
      good.map(({ file }) => file),
      {
        model: this.model || undefined,
        faceLimit: this.faceLimit === '' ? undefined : Number(this.faceLimit),
        options: chosenOptions(this.fields, this.options),
        onUploadProgress: ({ progress }) => (this.sent = progress),
      },
    );
    this.sent = undefined;
    if (answer.success) return answer.taskId;
    let noted = 0;
    // Two photos may have one name: each problem goes to the first that has none yet.
    for (const { filename, detail } of answer.errors) {
      const photo = this.photos.find(({ file, problem }) => file.name === filename && problem === '');
      if (!photo) continue;
      photo.problem = detail;
      noted += 1;
    }
    // What stands at a photo need not be said twice.
    this.problem = noted > 0 && noted === answer.errors.length ? '' : answer.error;
    return undefined;
  }
}
