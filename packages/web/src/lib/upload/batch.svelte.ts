import { type ApiService, createKey, type Failure } from '@image2model/client';
import { maxFilesPerUpload, type ModelInfo } from '@image2model/protocol';
import { t } from '../messages/index.ts';
import { explain, reasonOf, sentence } from '../messages/errors.ts';
import { addedWords } from './batch-texts.ts';
import { checkPhoto } from './check-photo.ts';
import type { Drafts } from './drafts.ts';
import { withFreeName } from './free-name.ts';
import { chosenOptions, optionFields, type OptionField } from '../models/option-fields.ts';
import { Photo } from './photo.svelte.ts';
import type { Pictures } from './pictures.ts';
import { markRefused, refusalWords } from './rejection.ts';
import { type Sent, sendPhotos } from './send-photos.ts';
import { sentShares } from './sent-shares.ts';

/** Files that are looked at and shown together. */
const addedAtOnce = 20;

/** Where an upload is on its way: sent, looked at by the server, or waiting to be sent once more. */
export type Sending = 'sending' | 'checking' | 'waiting';

/** What a batch has of its browser. Without it nothing is kept or seen beforehand. */
export interface BatchHost {
  drafts?: Drafts;
  pictures?: Pictures;
}

/** The photos that somebody has picked, and the way of the good ones to the server. */
export class Batch {
  readonly #api: ApiService;
  readonly #drafts: Drafts | undefined;
  readonly #pictures: Pictures | undefined;
  #attempt: { key: string; of: string } | undefined;
  #stop: AbortController | undefined;
  #closed = false;
  photos: Photo[] = $state([]);
  models: ModelInfo[] = $state.raw([]);
  /** Why there are no models to choose from. */
  modelTrouble = $state('');
  #model = $state('');
  #default = $state('');
  faceLimit = $state('');
  #options: Record<string, Record<string, unknown>> = $state.raw({});
  sending: Sending | undefined = $state();
  /** Those that are on their way, while some are: what is picked meanwhile goes after them. */
  #sendingIds: readonly string[] | undefined = $state.raw();
  /** Why it waits to be sent once more: a sentence. */
  waitsFor = $state('');
  /** How the last sending ended, until a page has taken it in. One that somebody stopped leaves nothing to say. */
  ended: { taskId: string } | 'refused' | undefined = $state.raw();
  /** 0 to 100 of all bytes, while the photos are on their way. */
  sent = $state(0);
  /** A sentence for a person, where the server refused or could not be reached. */
  problem = $state('');
  /** A word about what has just happened, where nothing is wrong. */
  note = $state('');
  /** Whether what the browser kept has been looked at. */
  restored = $state(false);
  /** Whether the browser has all of it, so that closing the page loses nothing. */
  kept = $state(true);
  readonly good: readonly Photo[] = $derived(this.photos.filter(({ problem }) => problem === ''));
  /** Those of the good ones that one upload takes; the rest go after them. */
  readonly going: readonly Photo[] = $derived.by(() => {
    const ids = this.#sendingIds;
    return ids ? this.photos.filter(({ id }) => ids.includes(id)) : this.good.slice(0, maxFilesPerUpload);
  });
  readonly later: readonly Photo[] = $derived(this.good.filter((photo) => !this.going.includes(photo)));
  /** Id of the model: what somebody chose, where this server has it, and else the server's default. */
  readonly model: string = $derived(
    this.models.length === 0 || this.models.some(({ id }) => id === this.#model) ? this.#model : this.#default,
  );
  readonly chosen: ModelInfo | undefined = $derived(this.models.find(({ id }) => id === this.model));
  readonly fields: readonly OptionField[] = $derived(this.chosen ? optionFields(this.chosen.options_schema) : []);

  constructor(api: ApiService, { drafts, pictures }: BatchHost = {}) {
    this.#api = api;
    this.#drafts = drafts;
    this.#pictures = pictures;
  }

  choose(model: string): void {
    this.#model = model;
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
    this.modelTrouble = answer.success ? '' : explain(answer);
    if (!answer.success) return;
    this.#default = answer.default_model;
    this.models = answer.models;
  }

  /** Brings back what was picked before the page was left, and says so. */
  async restore(): Promise<void> {
    const draft = await this.#drafts?.load();
    if (draft && !this.#closed) {
      const { photos, options, faceLimit, attempt, sending } = draft;
      // Who was quicker than the database has chosen anew.
      this.#model ||= draft.model;
      this.#options = { ...options, ...this.#options };
      this.faceLimit ||= faceLimit;
      this.#attempt = attempt;
      const kept = photos.map(({ id, file }) => new Photo(id, file, this.#pictures));
      this.photos = [...kept, ...this.photos];
      for (const photo of kept) void photo.look();
      if (kept.length > 0) this.note = t(sending ? 'upload.kept.sending' : 'upload.kept');
    }
    this.restored = true;
  }

  /** Keeps everything in the browser as it is now. Reads all of it at once, so that an effect can follow. */
  async keep(): Promise<void> {
    const draft = {
      model: this.#model,
      options: this.#options,
      faceLimit: this.faceLimit,
      attempt: this.#attempt,
      sending: this.sending !== undefined,
      photos: this.good.map(({ id, file }) => ({ id, file })),
    };
    if (this.restored && !this.#closed && this.#drafts) this.kept = await this.#drafts.save(draft);
  }

  /** Takes photos in; those that cannot be sent stay, saying why, and keep nothing else from being sent. */
  async add(files: Iterable<File>): Promise<void> {
    this.problem = '';
    const added: Photo[] = [];
    const waiting = [...files];
    // Some at a time, so that the first are seen at once and the page is not drawn anew for each.
    while (waiting.length > 0) {
      const some = waiting.splice(0, addedAtOnce);
      const reasons = await Promise.all(some.map(checkPhoto));
      if (this.#closed) return;
      const names = this.photos.map((photo) => photo.file.name);
      const photos = some.map((file, index) => {
        const named = withFreeName(file, names);
        names.push(named.name);
        const photo = new Photo(createKey(), named, this.#pictures);
        const reason = reasons[index];
        if (reason) photo.problem = t(reason);
        return photo;
      });
      this.photos.push(...photos);
      added.push(...photos);
    }
    if (added.length === 0) return;
    const words = addedWords(added);
    this.note = words;
    // What is too large or too small shows at a closer look.
    await Promise.all(added.map(async (photo) => await (photo.problem || photo.look())));
    if (this.note === words) this.note = addedWords(added);
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

  remove(id: string): void {
    this.#forget(this.photos.filter((photo) => photo.id === id));
    this.note = '';
  }

  /** Takes out all that cannot be sent. */
  removeBad(): void {
    this.#forget(this.photos.filter(({ problem }) => problem !== ''));
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
    for (const photo of this.photos) photo.free();
  }

  /** Takes in how the last sending ended, so that it is told once. */
  taken(): void {
    this.ended = undefined;
  }

  /**
   * Sends the good ones, 25 at most; what the server refuses is marked, and the others go on without it. The id of the
   * task to follow, or undefined with what was wrong said. The same photos and choices go under the same name however
   * often this is called, so that they are made once.
   */
  async send(): Promise<string | undefined> {
    let { going } = this;
    if (going.length === 0 || this.sending !== undefined) return undefined;
    this.problem = '';
    this.note = '';
    this.ended = undefined;
    const { signal } = (this.#stop = new AbortController());
    for (;;) {
      const { answer, gone } = await this.#sendOnce(going, signal);
      if (this.#closed) return undefined;
      const isMarked = !answer.success && !signal.aborted && this.#mark(going, answer, gone);
      const others = going.filter(({ problem }) => problem === '');
      if (isMarked && others.length > 0) {
        going = others;
        this.note = t('upload.refused');
        continue;
      }
      this.sending = undefined;
      this.#sendingIds = undefined;
      if (answer.success) {
        this.#attempt = undefined;
        this.#forget(going);
        this.ended = { taskId: answer.taskId };
      } else if (signal.aborted) {
        this.note = t('upload.stopped');
      } else {
        this.note = '';
        if (!isMarked) this.problem = refusalWords(answer);
        this.ended = 'refused';
      }
      await this.keep();
      return answer.success ? answer.taskId : undefined;
    }
  }

  async #sendOnce(going: readonly Photo[], signal: AbortSignal): Promise<Sent> {
    this.#sendingIds = going.map(({ id }) => id);
    const request = {
      model: this.model || undefined,
      faceLimit: this.faceLimit === '' ? undefined : Number(this.faceLimit),
      options: chosenOptions(this.fields, this.options),
    };
    const idempotencyKey = this.#keyOf(JSON.stringify([request, this.#sendingIds]));
    this.#moved(going, 0, 1);
    // Before the first byte leaves: a page that is reloaded half-way must find the name again.
    await this.keep();
    return await sendPhotos(
      this.#api,
      going.map(({ file }) => file),
      {
        ...request,
        idempotencyKey,
        signal,
        onUploadProgress: ({ loaded, total }) => this.#moved(going, loaded, total),
        onWaiting: ({ code, error }) => {
          this.sending = 'waiting';
          this.waitsFor = sentence(reasonOf(code, error));
        },
      },
    );
  }

  /** Says at the photos what was wrong with them. Whether that was all. */
  #mark(going: readonly Photo[], failure: Failure, gone: readonly number[]): boolean {
    if (failure.code === 'IDEMPOTENCY_KEY_REUSED') this.#attempt = undefined;
    for (const [index, photo] of going.entries()) if (gone.includes(index)) photo.problem = t('upload.bad.gone');
    return gone.length > 0 || markRefused(going, failure);
  }

  #keyOf(of: string): string {
    if (this.#attempt?.of !== of) this.#attempt = { key: createKey(), of };
    return this.#attempt.key;
  }

  #moved(going: readonly Photo[], loaded: number, total: number): void {
    this.sending = loaded >= total ? 'checking' : 'sending';
    this.sent = (100 * loaded) / Math.max(1, total);
    const sizes = going.map(({ file }) => file.size);
    const shares = sentShares(sizes, loaded, total);
    for (const [index, photo] of going.entries()) photo.sent = shares[index] ?? 0;
  }

  #forget(photos: readonly Photo[]): void {
    for (const photo of photos) photo.free();
    this.photos = this.photos.filter((photo) => !photos.includes(photo));
  }
}
