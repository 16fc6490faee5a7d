import { type ApiService, createKey, type Failure, retryOperation } from '@image2model/client';
import { maxFilesPerUpload, maxImagePixels, type ModelInfo } from '@image2model/protocol';
import { t } from '../messages/index.ts';
import { nextStep, reasonOf } from '../messages/next-step.ts';
import { checkPhoto } from './check-photo.ts';
import type { Drafts } from './kept-photos.ts';
import { chosenOptions, optionFields, type OptionField } from './option-fields.ts';
import { sentShares } from './sent-shares.ts';
import { freeName } from './free-name.ts';

/** A photo that was picked: its picture in memory, and why it cannot be sent, if it cannot. */
export interface Photo {
  readonly id: string;
  /** Under a name that no other photo here has, so that the server's word about it is about no other. */
  readonly file: File;
  /** Of the picture in memory; freed with the photo. */
  readonly url: string;
  problem: string;
  /** 0 to 1 while it is on its way. */
  sent: number;
}

/** Where an upload is on its way: sent, looked at by the server, or waiting to be sent once more. */
export type Sending = 'sending' | 'checking' | 'waiting';

/** Pixels of the shorter side that the server takes. */
const minSide = 16;

/** The photos that somebody has picked, and the way of the good ones to the server. */
export class Batch {
  readonly #api: ApiService;
  readonly #drafts: Drafts | undefined;
  #attempt: { key: string; of: string } | undefined;
  #stop: AbortController | undefined;
  #closed = false;
  photos: Photo[] = $state([]);
  models: ModelInfo[] = $state.raw([]);
  /** Why there are no models to choose from. */
  modelTrouble = $state('');
  model = $state('');
  faceLimit = $state('');
  #options: Record<string, Record<string, unknown>> = $state.raw({});
  sending: Sending | undefined = $state();
  /** 0 to 100 of all bytes, while the photos are on their way. */
  sent = $state(0);
  /** A sentence for a person, where the server refused or could not be reached. */
  problem = $state('');
  /** A word about what has just happened, where nothing is wrong. */
  note = $state('');
  /** Whether what the browser kept has been looked at. */
  restored = $state(false);
  readonly good: readonly Photo[] = $derived(this.photos.filter(({ problem }) => problem === ''));
  /** Those of the good ones that one upload takes; the rest go after them. */
  readonly going: readonly Photo[] = $derived(this.good.slice(0, maxFilesPerUpload));
  readonly later: readonly Photo[] = $derived(this.good.slice(maxFilesPerUpload));
  readonly chosen: ModelInfo | undefined = $derived(this.models.find(({ id }) => id === this.model));
  readonly fields: readonly OptionField[] = $derived(this.chosen ? optionFields(this.chosen.options_schema) : []);

  constructor(api: ApiService, drafts?: Drafts) {
    this.#api = api;
    this.#drafts = drafts;
  }

  /** What somebody chose of the model's options, by name; each model keeps its own. `fields` says what there is. */
  get options(): Record<string, unknown> {
    return this.#options[this.model] ?? {};
  }
  set options(options: Record<string, unknown>) {
    this.#options = { ...this.#options, [this.model]: options };
  }

  async loadModels(): Promise<void> {
    const answer = await this.#api.getModels();
    this.modelTrouble = answer.success ? '' : reasonOf(answer.code, answer.error);
    if (!answer.success) return;
    this.models = answer.models;
    if (!this.chosen) this.model = answer.default_model;
  }

  /** Brings back what was picked before the page was left, and says so. */
  async restore(): Promise<void> {
    const draft = await this.#drafts?.load();
    if (draft && !this.#closed) {
      const { photos, options, faceLimit, attempt, sending } = draft;
      // Who was quicker than the database has chosen anew.
      this.model ||= draft.model;
      this.#options = { ...options, ...this.#options };
      this.faceLimit ||= faceLimit;
      this.#attempt = attempt;
      const kept = photos.map(({ id, file }) => photoOf(id, file));
      this.photos = [...kept, ...this.photos];
      if (kept.length > 0) this.note = t(sending ? 'upload.kept.sending' : 'upload.kept');
    }
    this.restored = true;
  }

  /** Keeps everything in the browser as it is now. Reads all of it at once, so that an effect can follow. */
  async keep(): Promise<void> {
    const draft = {
      model: this.model,
      options: this.#options,
      faceLimit: this.faceLimit,
      attempt: this.#attempt,
      sending: this.sending !== undefined,
      photos: this.good.map(({ id, file }) => ({ id, file })),
    };
    if (this.restored && !this.#closed) await this.#drafts?.save(draft);
  }

  /** Takes photos in; those that cannot be sent stay, saying why, and keep nothing else from being sent. */
  async add(files: Iterable<File>): Promise<void> {
    this.problem = '';
    let good = 0;
    let bad = 0;
    for (const file of files) {
      const reason = await checkPhoto(file);
      if (this.#closed) return;
      if (reason) bad += 1;
      else good += 1;
      const name = freeName(
        file.name,
        this.photos.map((photo) => photo.file.name),
      );
      const { type, lastModified } = file;
      const named = name === file.name ? file : new File([file], name, { type, lastModified });
      this.photos.push({ ...photoOf(createKey(), named), problem: reason ? t(reason) : '' });
    }
    if (good + bad > 0) this.note = t(bad > 0 ? 'upload.added.bad' : 'upload.added', { good, bad });
  }

  /** Fetches a sample as if it had been picked. */
  async addSample(name: string): Promise<void> {
    try {
      const response = await fetch(`/samples/${name}`);
      if (!response.ok) throw new Error(response.statusText);
      const blob = await response.blob();
      await this.add([new File([blob], name, { type: blob.type })]);
    } catch {
      this.problem = t('upload.trouble');
    }
  }

  /** Takes in how large a picture turned out to be. */
  measured(id: string, width: number, height: number): void {
    const photo = this.photos.find((each) => each.id === id);
    if (!photo || photo.problem !== '') return;
    if (width * height > maxImagePixels) photo.problem = t('upload.bad.pixels');
    else if (Math.min(width, height) < minSide) photo.problem = t('upload.bad.small');
  }

  remove(id: string): void {
    const photo = this.photos.find((each) => each.id === id);
    if (photo) URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((each) => each.id !== id);
    this.note = '';
  }

  clear(): void {
    this.#forget(this.photos);
    this.problem = '';
    this.note = '';
    this.#attempt = undefined;
  }

  /** Stops an upload that is on its way; the photos stay. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Lets go of everything but what the browser keeps; an upload that is on its way stops. */
  close(): void {
    this.#closed = true;
    this.stop();
    for (const { url } of this.photos) URL.revokeObjectURL(url);
  }

  /**
   * Sends the good ones, 25 at most. The id of the task to follow, or undefined with what was wrong said at the photos.
   * The same photos and choices go under the same name however often this is called, so that they are made once.
   */
  async send(): Promise<string | undefined> {
    const { going } = this;
    if (going.length === 0 || this.sending !== undefined) return undefined;
    this.problem = '';
    this.note = '';
    const { signal } = (this.#stop = new AbortController());
    const request = {
      model: this.model || undefined,
      faceLimit: this.faceLimit === '' ? undefined : Number(this.faceLimit),
      options: chosenOptions(this.fields, this.options),
    };
    const idempotencyKey = this.#keyOf(JSON.stringify([request, going.map(({ id }) => id)]));
    this.#moved(going, 0, 1);
    // Before the first byte leaves: a page that is reloaded half-way must find the name again.
    await this.keep();
    const upload = async () =>
      await this.#api.uploadBatch(
        going.map(({ file }) => file),
        {
          ...request,
          idempotencyKey,
          signal,
          retries: 0,
          onUploadProgress: ({ loaded, total }) => this.#moved(going, loaded, total),
        },
      );
    const answer = await retryOperation(upload, { signal, onRetry: () => (this.sending = 'waiting') });
    this.sending = undefined;
    if (this.#closed) return undefined;
    if (answer.success) {
      this.#attempt = undefined;
      this.#forget(going);
    } else if (signal.aborted) {
      this.note = t('upload.stopped');
    } else {
      this.#refused(answer);
    }
    await this.keep();
    return answer.success ? answer.taskId : undefined;
  }

  #keyOf(of: string): string {
    if (this.#attempt?.of !== of) this.#attempt = { key: createKey(), of };
    return this.#attempt.key;
  }

  #moved(going: readonly Photo[], loaded: number, total: number): void {
    this.sending = loaded >= total ? 'checking' : 'sending';
    this.sent = (100 * loaded) / Math.max(1, total);
    const shares = sentShares(
      going.map(({ file }) => file.size),
      loaded,
      total,
    );
    for (const [index, photo] of going.entries()) photo.sent = shares[index] ?? 0;
  }

  #refused({ code, error, errors }: Failure): void {
    if (code === 'IDEMPOTENCY_KEY_REUSED') this.#attempt = undefined;
    let noted = 0;
    for (const { code: reason, detail, filename } of errors) {
      const photo = this.photos.find(({ file, problem }) => problem === '' && file.name === filename);
      if (!photo) continue;
      photo.problem = `${reasonOf(reason, detail)} ${nextStep(reason)}`;
      noted += 1;
    }
    const others = errors.filter(({ filename }) => filename === undefined);
    // What stands at a photo need not be said twice.
    if (noted > 0 && noted === errors.length) this.note = this.good.length > 0 ? t('upload.refused') : '';
    else if (others.length > 0) this.problem = others.map((each) => reasonOf(each.code, each.detail)).join(' ');
    else this.problem = `${sentence(reasonOf(code, error))} ${nextStep(code)}`;
  }

  #forget(photos: readonly Photo[]): void {
    for (const { url } of photos) URL.revokeObjectURL(url);
    const gone = new Set(photos.map(({ id }) => id));
    this.photos = this.photos.filter(({ id }) => !gone.has(id));
  }
}

function photoOf(id: string, file: File): Photo {
  return { id, file, url: URL.createObjectURL(file), problem: '', sent: 0 };
}

const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);
