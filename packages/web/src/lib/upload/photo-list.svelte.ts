import { createKey } from '@image2model/client';
import type { ChosenCut } from '../cutout/types.ts';
import { t } from '../messages/index.ts';
import { checkPhoto } from './check-photo.ts';
import { freeName, withFreeName } from './free-name.ts';
import { Photo } from './photo.svelte.ts';
import type { Pictures } from './pictures.ts';
import { sameBytes } from './same-bytes.ts';

/** Files that are checked and shown together. */
const addedAtOnce = 20;

/** The photos that somebody has picked. Those that cannot be sent stay, with the reason. */
export class PhotoList {
  readonly #pictures: Pictures | undefined;
  #closed = false;
  photos: Photo[] = $state([]);
  /** Those that can be sent. */
  readonly good: readonly Photo[] = $derived(this.photos.filter(({ error }) => error === ''));
  readonly bad: readonly Photo[] = $derived(this.photos.filter(({ error, fitting }) => error !== '' && !fitting));
  /** Those that are being made acceptable. */
  readonly fitting: readonly Photo[] = $derived(this.photos.filter(({ fitting }) => fitting));
  /** Those of the good ones that are there twice, without the first of each. */
  readonly twins: readonly Photo[] = $derived(this.good.filter(({ twinOf }) => twinOf !== ''));

  constructor(pictures?: Pictures) {
    this.#pictures = pictures;
  }

  /** Adds files under names of their own, some at a time, so that the first are shown at once. */
  async add(files: Iterable<File>): Promise<readonly Photo[]> {
    const added: Photo[] = [];
    const waiting = [...files];
    while (waiting.length > 0) {
      const some = waiting.splice(0, addedAtOnce);
      const reasons = await Promise.all(some.map(checkPhoto));
      if (this.#closed) break;
      const names = this.photos.map((photo) => photo.file.name);
      const photos = some.map((file, index) => {
        const named = withFreeName(file, names);
        names.push(named.name);
        const photo = new Photo(createKey(), named, this.#pictures);
        const reason = reasons[index];
        if (reason) {
          photo.error = t(reason.key, reason.format && { format: reason.format });
          photo.fix = reason.fix;
          photo.fitting = reason.fix !== undefined;
        }
        return photo;
      });
      this.photos.push(...photos);
      added.push(...photos);
    }
    return added;
  }

  /** Scales and converts those of these that can be sent then. */
  async fit(photos: readonly Photo[]): Promise<void> {
    const nameFor = (photo: Photo) => (name: string) =>
      freeName(
        name,
        this.photos.filter((other) => other !== photo).map(({ file }) => file.name),
      );
    await Promise.all(photos.map(async (photo) => await photo.fit(nameFor(photo))));
  }

  /** Says of each of these which earlier one is the same photo. */
  async findTwins(added: readonly Photo[]): Promise<void> {
    for (const photo of added) {
      if (photo.error !== '') continue;
      for (const earlier of this.photos.slice(0, this.photos.indexOf(photo))) {
        if (earlier.twinOf !== '' || !(await sameBytes(earlier.file, photo.file))) continue;
        photo.twinOf = earlier.file.name;
        break;
      }
    }
  }

  /** Puts back the photos of a draft, before those picked since. */
  restore(kept: readonly { id: string; file: File; cut?: ChosenCut | undefined }[]): void {
    const photos = kept.map(({ id, file, cut }) => new Photo(id, file, this.#pictures, cut));
    this.photos = [...photos, ...this.photos];
    for (const photo of photos) void photo.look();
  }

  remove(photos: readonly Photo[]): void {
    for (const photo of photos) photo.free();
    this.photos = this.photos.filter((photo) => !photos.includes(photo));
    const names = new Set(this.photos.map(({ file }) => file.name));
    for (const photo of this.photos) if (!names.has(photo.twinOf)) photo.twinOf = '';
  }

  /** Frees the pictures; nothing is added any more. */
  close(): void {
    this.#closed = true;
    for (const photo of this.photos) photo.free();
  }
}
