import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { messageTexts, translateMessage } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { maskEndings, nameRules, stemOfMask } from '../files/mask-names.ts';
import { UsageError } from './exit.ts';
import type { Input } from './inputs.ts';
import { cliMessage } from './texts.ts';

/** The mask of a photo. */
export interface MaskFile {
  /** As it was given, or as its photo was. */
  given: string;
  /** Absolute. */
  path: string;
}

/**
 * Tells photos and masks apart by their names, so that `*.png` names no photo twice.
 *
 * @throws UsageError if there are only masks
 */
export function separateMasks(given: readonly string[]): { photos: string[]; masks: string[] } {
  const photos = given.filter((file) => stemOfMask(basename(file)) === undefined);
  const masks = given.filter((file) => stemOfMask(basename(file)) !== undefined);
  const [mask] = masks;
  if (photos.length === 0 && mask !== undefined) throw new UsageError(cliMessage('cli.only_masks', { file: mask }));
  return { photos, masks };
}

/**
 * Gives photos their masks: first those that were asked for, then those among the photos, then those that lie beside
 * them.
 *
 * @param asked From `--mask`; `false` from `--no-mask`.
 * @param among Masks that were named as photos, by a wildcard perhaps.
 * @returns Masks of `among` that are of no use, in words
 * @throws UsageError if a mask that was asked for is of no photo here, or not of one alone
 */
export async function placeMasks(
  inputs: readonly Input[],
  asked: readonly string[] | false | undefined,
  among: readonly string[],
): Promise<Message[]> {
  if (asked === false) return [];
  for (const given of asked ?? []) {
    const mask = await readMask(given);
    const input = asked?.length === 1 && inputs.length === 1 ? inputs[0] : photoOf(mask, inputs);
    if (input?.mask !== undefined && input.mask.path !== mask.path) throw wrong('cli.mask_repeated', given);
    if (input !== undefined) input.mask = mask;
  }
  for (const input of inputs) input.mask ??= await maskBeside(input);
  const used = new Set(inputs.map(({ mask }) => mask?.path));
  const unused: Message[] = [];
  for (const given of among) {
    const mask = await readMask(given);
    if (used.has(mask.path)) continue;
    const [input, another] = fitting(mask, inputs, isMaskOf);
    if (input !== undefined && another === undefined && input.mask === undefined) input.mask = mask;
    else unused.push(cliMessage('cli.mask_unused', { mask: given }));
  }
  return unused;
}

/** What the server says of a mask, which has the name of its photo there, with the path of the mask. */
export function nameTheMask(said: Message, { mask }: Input): Message {
  if (mask === undefined || said.id?.startsWith('mask.') !== true) return said;
  const values = { ...said.values, filename: mask.given };
  return { ...said, values, text: translateMessage(messageTexts, { id: said.id, values }) ?? said.text };
}

async function readMask(given: string): Promise<MaskFile> {
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(cliMessage('cli.no_such_file', { file: given }));
  if (!found.isFile()) throw new UsageError(cliMessage('cli.not_a_file', { file: given }));
  return { given, path };
}

/** The one photo that a mask fits by its name; of several, the one that it lies beside. */
function photoOf(mask: MaskFile, inputs: readonly Input[]): Input {
  const all = fitting(mask, inputs, (...names) => isMaskOf(...names) || isCutOf(...names));
  const beside = all.filter(({ path }) => dirname(path) === dirname(mask.path));
  const [input, another] = beside.length > 0 ? beside : all;
  if (input === undefined) throw wrong('cli.mask_no_photo', mask.given);
  if (another !== undefined) throw wrong('cli.mask_several_photos', mask.given);
  return input;
}

/** Whether a mask of this name is of a photo of that one. */
type Fits = (mask: string, photo: string) => boolean;

/** The photos that a mask fits: exactly, or else as people read names. */
function fitting(mask: MaskFile, inputs: readonly Input[], fits: Fits): Input[] {
  for (const as of nameRules) {
    const found = inputs.filter(({ path }) => fits(as(basename(mask.path)), as(basename(path))));
    if (found.length > 0) return found;
  }
  return [];
}

/** `chair.mask.png` of `chair.jpg`, or the same name. */
function isMaskOf(mask: string, photo: string): boolean {
  return mask === photo || stemOfMask(mask) === parse(photo).name;
}

/** `chair.scene.mask.png` of `chair.jpg`, as `image2model cuts` calls it. */
function isCutOf(mask: string, photo: string): boolean {
  return stemOfMask(mask)?.replace(/\.[a-z]+(-\d+)?$/, '') === parse(photo).name;
}

/** A mask in the folder of a photo that is of no other photo there: a PNG if there are several. */
async function maskBeside({ given, path }: Input): Promise<MaskFile | undefined> {
  const own = basename(path);
  const names = await readdir(dirname(path)).catch(() => []);
  const masks = names.filter((name) => stemOfMask(name) !== undefined).toSorted((a, b) => rank(a) - rank(b));
  const photos = names.filter((name) => stemOfMask(name) === undefined);
  for (const as of nameRules) {
    for (const name of masks) {
      const isOwn = stemOfMask(as(name)) === as(parse(own).name);
      if (!isOwn || photos.some((photo) => isCloser(name, photo, own))) continue;
      const mask = { given: join(dirname(given), name), path: join(dirname(path), name) };
      const found = await stat(mask.path).catch(() => undefined);
      if (found?.isFile()) return mask;
    }
  }
  return undefined;
}

/** Whether a mask has exactly the name of another photo, and not of this one. */
function isCloser(mask: string, photo: string, own: string): boolean {
  const stem = stemOfMask(mask);
  return stem === parse(photo).name && stem !== parse(own).name;
}

function rank(mask: string): number {
  return maskEndings.findIndex((ending) => mask.toLowerCase().endsWith(ending));
}

function wrong(id: 'cli.mask_no_photo' | 'cli.mask_several_photos' | 'cli.mask_repeated', mask: string): UsageError {
  return new UsageError(cliMessage(id, { mask }));
}
