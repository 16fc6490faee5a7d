import { maxImagePixels } from '@image2model/protocol';
import type { ChosenCut, Cut } from '../cutout/types.ts';
import { t } from '../messages/index.ts';
import { number } from '../messages/numbers.ts';
import type { Size } from '../services/measure-photo.ts';
import type { Fix } from './photo-fitter.ts';
import type { Pictures } from './pictures.ts';

/** Pixels of the shorter side that the server accepts. */
const minSide = 16;

/** A photo that was picked, and why it cannot be sent, if it cannot. */
export class Photo {
  readonly id: string;
  /** Under a name that no other photo of its batch has, so that the server's errors refer to it alone. */
  file: File = $state.raw() as File;
  readonly #pictures: Pictures | undefined;
  #size: Promise<Size | undefined> | undefined;
  #drawn: Promise<void> | undefined;
  #seen = false;
  #freed = false;
  /** Address of its thumbnail; empty until it is made, undefined if it cannot be. */
  thumbnail: string | undefined = $state('');
  error = $state('');
  /** What would make it acceptable, if something can. */
  fix: Fix | undefined = $state.raw();
  /** Whether that is being done. */
  fitting = $state(false);
  /** What was done to it, so that it can be sent; empty if nothing had to be. */
  fitted = $state('');
  /** The name of an earlier photo with the same bytes; empty if there is none, or both are to be kept. */
  twinOf = $state('');
  /** 0 to 1 while it is on its way. */
  sent = $state(0);
  /** The cut-out that the server would take by itself, once that is known. */
  found: Omit<Cut, 'coverage'> | undefined = $state.raw();
  /** The cut-out that somebody has chosen instead. */
  chosen: ChosenCut | undefined = $state.raw();

  constructor(id: string, file: File, pictures?: Pictures, chosen?: ChosenCut) {
    this.id = id;
    this.file = file;
    this.chosen = chosen;
    this.#pictures = pictures;
  }

  /** Reads its head and checks its size. */
  async look(): Promise<void> {
    const size = await this.#measure();
    if (size) this.measured(size);
    else await this.#blame();
  }

  /** Checks the size of the picture. */
  measured({ width, height }: Size): void {
    if (this.error !== '') return;
    if (width * height > maxImagePixels) {
      this.error = t('upload.bad.pixels');
      this.fix = 'scale';
    } else if (Math.min(width, height) < minSide) this.error = t('upload.bad.small');
  }

  /** Scales it or converts it, if that makes it acceptable. `freeName` gives the name that it then has. */
  async fit(freeName: (name: string) => string): Promise<void> {
    const { fix, file } = this;
    if (!fix) return;
    this.fitting = true;
    const size = await this.#measure();
    const blob = await this.#pictures?.fit(file, fix, size);
    if (blob && !this.#freed) {
      const stem = file.name.replace(/\.\w{1,5}$/, '');
      const name = freeName(`${stem}.${blob.type === 'image/webp' ? 'webp' : 'jpg'}`);
      this.fitted = fittedText(file, fix, size);
      this.file = new File([blob], name, { type: blob.type, lastModified: file.lastModified });
      this.#size = undefined;
      this.#drawn = undefined;
      this.thumbnail = '';
      this.error = '';
      this.fix = undefined;
    }
    this.fitting = false;
  }

  /** Makes its thumbnail, once. Without one the photo is damaged: its head alone does not tell. */
  async draw(): Promise<void> {
    await (this.#drawn ??= this.#draw());
  }

  /** Shows what is kept of it, once it has come into sight. */
  async show(): Promise<void> {
    if (this.#seen) return;
    this.#seen = true;
    await this.draw();
    const size = await this.#measure();
    if (size && this.thumbnail && !this.#freed) await this.#findCut(size);
  }

  async #draw(): Promise<void> {
    const size = await this.#measure();
    // Decoding more pixels than are accepted could exhaust the memory.
    const isDrawn = size !== undefined && size.width * size.height <= maxImagePixels;
    const url = isDrawn ? await this.#pictures?.thumbnail(this.file, size) : undefined;
    if (this.#freed) {
      if (url !== undefined) URL.revokeObjectURL(url);
      return;
    }
    this.thumbnail = url;
    if (isDrawn && url === undefined) await this.#blame();
  }

  /** Says why the browser cannot read it. */
  async #blame(): Promise<void> {
    if (!this.#pictures || this.error !== '') return;
    const isThere = await this.file
      .slice(0, 1)
      .arrayBuffer()
      .then(
        () => true,
        () => false,
      );
    this.error ||= t(isThere ? 'upload.bad.damaged' : 'upload.bad.gone');
  }

  async #findCut(size: Size): Promise<void> {
    const cut = await this.#pictures?.cut(this.file, size);
    // The coverage is large, and the veil shows the same.
    if (cut) this.found = { method: cut.method, score: cut.score, veil: cut.veil };
  }

  async #measure(): Promise<Size | undefined> {
    return await (this.#size ??= this.#pictures?.measure(this.file));
  }

  /** Frees its thumbnail. */
  free(): void {
    this.#freed = true;
    if (this.thumbnail) URL.revokeObjectURL(this.thumbnail);
  }
}

function fittedText(file: File, fix: Fix, size: Size | undefined): string {
  if (fix === 'convert') return t('upload.fitted.type', { format: file.name.split('.').at(-1)?.toUpperCase() ?? '' });
  const megapixels = size ? (size.width * size.height) / 1e6 : 0;
  if (megapixels > maxImagePixels / 1e6) return t('upload.fitted.pixels', { size: number(Math.round(megapixels)) });
  return t('upload.fitted.bytes', { size: number(Math.round(file.size / 1e5) / 10) });
}
