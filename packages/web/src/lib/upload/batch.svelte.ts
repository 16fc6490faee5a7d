import { type ApiService, createKey, type Failure } from '@image2model/client';
import { maxFilesPerUpload } from '@image2model/protocol';
import { reasonOf, sentence } from '../messages/errors.ts';
import { t } from '../messages/index.ts';
import { ModelChoice } from '../models/model-choice.svelte.ts';
import { countText, type Sending } from './batch-texts.ts';
import type { Drafts } from './drafts.ts';
import { PhotoList } from './photo-list.svelte.ts';
import type { Photo } from './photo.svelte.ts';
import type { Pictures } from './pictures.ts';
import { markRejected, rejectionText } from './rejection.ts';
import { type Sent, sendPhotos } from './send-photos.ts';
import { sentShares } from './sent-shares.ts';

/** What a batch uses of its browser. Without it, no draft is kept and no picture shown. */
export interface BatchHost {
  drafts?: Drafts;
  pictures?: Pictures;
}

/** The photos that somebody has picked, and the way of the good ones to the server. */
export class Batch {
  readonly #api: ApiService;
  readonly #drafts: Drafts | undefined;
  readonly #list: PhotoList;
  #attempt: { key: string; of: string } | undefined;
  #stop: AbortController | undefined;
  #closed = false;
  /** The model and its options. */
  readonly choice: ModelChoice;
  sending: Sending | undefined = $state();
  /** Ids of those that are on their way; photos picked meanwhile are sent after them. */
  #sendingIds: readonly string[] | undefined = $state.raw();
  /** Why it waits for another attempt: a sentence. */
  waitsFor = $state('');
  /** How the last upload ended, until a page has acknowledged it. One that was stopped has nothing to report. */
  ended: { taskId: string } | 'failed' | undefined = $state.raw();
  /** 0 to 100 of all bytes, while the photos are on their way. */
  sent = $state(0);
  /** An error text, if the server rejected the upload or could not be reached. */
  error = $state('');
  /** What has just happened, where nothing is wrong. */
  note = $state('');
  /** Whether the draft has been looked for. */
  restored = $state(false);
  /** Whether the draft has everything, so that closing the page loses nothing. */
  saved = $state(true);
  /** The good ones that one upload accepts; the rest is sent after them. */
  readonly going: readonly Photo[] = $derived.by(() => {
    const ids = this.#sendingIds;
    return ids ? this.photos.filter(({ id }) => ids.includes(id)) : this.good.slice(0, maxFilesPerUpload);
  });
  readonly later: readonly Photo[] = $derived(this.good.filter((photo) => !this.going.includes(photo)));

  constructor(api: ApiService, { drafts, pictures }: BatchHost = {}) {
    this.#api = api;
    this.#drafts = drafts;
    this.#list = new PhotoList(pictures);
    this.choice = new ModelChoice(api);
  }

  get photos(): readonly Photo[] {
    return this.#list.photos;
  }

  /** Whether the model uses the cut-outs that are chosen here. */
  get masks(): boolean {
    return this.choice.model?.masks === true;
  }

  get good(): readonly Photo[] {
    return this.#list.good;
  }

  get bad(): readonly Photo[] {
    return this.#list.bad;
  }

  /** Those of the bad ones that may become good. */
  get fixable(): readonly Photo[] {
    return this.bad.filter(({ fix }) => fix !== undefined);
  }

  /** Those that are being made acceptable. */
  get fitting(): readonly Photo[] {
    return this.#list.fitting;
  }

  /** Those of the good ones that are there twice, without the first of each. */
  get twins(): readonly Photo[] {
    return this.#list.twins;
  }

  /** Restores what was picked before the page was left, and says so. */
  async restore(): Promise<void> {
    const draft = await this.#drafts?.load();
    if (draft && !this.#closed) {
      this.choice.restore(draft);
      this.#attempt = draft.attempt;
      this.#list.restore(draft.photos);
      if (draft.photos.length > 0) this.note = t(draft.sending ? 'upload.draft.interrupted' : 'upload.draft');
    }
    this.restored = true;
  }

  /** Saves everything as a draft. Reads all of it synchronously, so that an effect can follow. */
  async save(): Promise<void> {
    const draft = {
      ...this.choice.draft,
      attempt: this.#attempt,
      sending: this.sending !== undefined,
      photos: this.good.map(({ id, file, chosen }) => ({ id, file, cut: chosen })),
    };
    if (this.restored && !this.#closed && this.#drafts) this.saved = await this.#drafts.save(draft);
  }

  /** Adds photos; those that cannot be sent stay, with the reason, and do not hold up the others. */
  async add(files: Iterable<File>): Promise<void> {
    this.error = '';
    const added = await this.#list.add(files);
    if (added.length === 0 || this.#closed) return;
    await this.#counted(async () => {
      // Whether one is too large, too small or damaged takes a closer look.
      await Promise.all(added.map(async (photo) => await (photo.error || photo.look())));
      await this.#list.findTwins(added);
      await this.#list.fit(added);
      await this.drawGoing();
    });
  }

  /** Tries once more to make those acceptable that can be. */
  async fit(): Promise<void> {
    await this.#counted(async () => await this.#list.fit(this.fixable));
  }

  /** Draws those that are sent next, so that a damaged one is told before. */
  async drawGoing(): Promise<void> {
    await Promise.all(this.going.map(async (photo) => await photo.draw()));
  }

  /** Fetches a sample as if it had been picked. */
  async addSample(name: string): Promise<void> {
    try {
      const response = await fetch(`/samples/${name}`);
      if (!response.ok) throw new Error(response.statusText);
      const blob = await response.blob();
      await this.add([new File([blob], name, { type: blob.type })]);
    } catch {
      this.error = t('upload.error');
    }
  }

  remove(id: string): void {
    this.#list.remove(this.photos.filter((photo) => photo.id === id));
    this.note = '';
  }

  /** Removes all that cannot be sent. */
  removeBad(): void {
    this.#list.remove(this.bad);
    this.note = '';
  }

  /** Removes those that are there twice, save the first of each. */
  removeTwins(): void {
    this.#list.remove(this.twins);
    this.note = '';
  }

  /** Keeps those that are there twice: each becomes a model. */
  keepTwins(): void {
    for (const photo of this.twins) photo.twinOf = '';
  }

  clear(): void {
    this.#list.remove(this.photos);
    this.error = '';
    this.note = '';
    this.#attempt = undefined;
  }

  /** Stops an upload that is on its way; the photos stay. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Releases everything but the draft; an upload that is on its way stops. */
  close(): void {
    this.#closed = true;
    this.stop();
    this.#list.close();
  }

  /** Clears how the last upload ended, so that it is reported once. */
  acknowledge(): void {
    this.ended = undefined;
  }

  /**
   * Sends the good ones, 25 at most. What the server rejects is marked, and the others are sent without it. Gives the id
   * of the task to follow, or undefined after saying what went wrong. However often this is called, the same photos and
   * choices have the same idempotency key, so that nothing is made twice.
   */
  async send(): Promise<string | undefined> {
    let { going } = this;
    if (going.length === 0 || this.sending !== undefined) return undefined;
    this.error = '';
    this.note = '';
    this.ended = undefined;
    const { signal } = (this.#stop = new AbortController());
    for (;;) {
      const { answer, gone } = await this.#sendOnce(going, signal);
      if (this.#closed) return undefined;
      const isMarked = !answer.success && !signal.aborted && this.#mark(going, answer, gone);
      const others = going.filter(({ error }) => error === '');
      if (isMarked && others.length > 0) {
        going = others;
        this.note = t('upload.rejected');
        continue;
      }
      this.#finish(going, answer, isMarked, signal);
      await this.save();
      return answer.success ? answer.taskId : undefined;
    }
  }

  /** Says how many there are, before and after a closer look at them, if nothing else is said meanwhile. */
  async #counted(look: () => Promise<void>): Promise<void> {
    const text = countText(this);
    this.note = text;
    await look();
    if (this.note === text) this.note = countText(this);
  }

  async #sendOnce(going: readonly Photo[], signal: AbortSignal): Promise<Sent> {
    this.#sendingIds = going.map(({ id }) => id);
    const { request } = this.choice;
    const masks = going.map(({ chosen }) => (this.masks ? chosen : undefined));
    // Without masks, the same as before there were any: a draft may be older.
    const chosen = masks.map((cut) => cut?.key);
    const sent = [request, this.#sendingIds, ...(masks.some(Boolean) ? [chosen] : [])];
    const idempotencyKey = this.#keyOf(JSON.stringify(sent));
    this.#moved(going, 0, 1);
    // Before the first byte leaves: a page that is reloaded half-way must find the key again.
    await this.save();
    return await sendPhotos(
      this.#api,
      going.map(({ file }, index) => ({ file, mask: masks[index]?.mask })),
      {
        ...request,
        idempotencyKey,
        signal,
        onUploadProgress: ({ loaded, total }) => this.#moved(going, loaded, total),
        onWaiting: ({ code, error }) => {
          this.sending = 'waiting';
          this.waitsFor = sentence(code === 'NETWORK_ERROR' ? t('error.offline') : reasonOf(code, { message: error }));
        },
      },
    );
  }

  #finish(going: readonly Photo[], answer: Sent['answer'], isMarked: boolean, { aborted }: AbortSignal): void {
    this.sending = undefined;
    this.#sendingIds = undefined;
    if (answer.success) {
      this.#attempt = undefined;
      this.#list.remove(going);
      this.ended = { taskId: answer.taskId };
    } else if (aborted) {
      this.note = t('upload.stopped');
    } else {
      this.note = '';
      if (!isMarked) this.error = rejectionText(answer);
      this.ended = 'failed';
    }
  }

  /** Says at the photos what was wrong with them. Whether that was everything. */
  #mark(going: readonly Photo[], failure: Failure, gone: readonly number[]): boolean {
    if (failure.code === 'IDEMPOTENCY_KEY_REUSED') this.#attempt = undefined;
    for (const [index, photo] of going.entries()) if (gone.includes(index)) photo.error = t('upload.bad.gone');
    return gone.length > 0 || markRejected(going, failure);
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
}
