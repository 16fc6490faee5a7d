import { stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { messageTexts, translateMessage } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
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

/** What masks are called beside their photos, after the photo's own name without its extension. */
const endings = ['.mask.png', '.mask.webp', '.mask.jpg', '.mask.jpeg'];

/**
 * Tells photos and masks apart by their names, so that `*.png` names no photo twice.
 *
 * @throws UsageError if there are only masks
 */
export function separateMasks(given: readonly string[]): { photos: string[]; masks: string[] } {
  const photos = given.filter((file) => stemOfMask(file) === undefined);
  const masks = given.filter((file) => stemOfMask(file) !== undefined);
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
    const [input, another] = inputs.filter((each) => isMaskOf(mask, each));
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
  const fitting = inputs.filter((input) => isMaskOf(mask, input) || isCutOf(mask, input));
  const beside = fitting.filter(({ path }) => dirname(path) === dirname(mask.path));
  const [input, another] = beside.length > 0 ? beside : fitting;
  if (input === undefined) throw wrong('cli.mask_no_photo', mask.given);
  if (another !== undefined) throw wrong('cli.mask_several_photos', mask.given);
  return input;
}

/** `chair.mask.png` of `chair.jpg`, or the same name. */
function isMaskOf(mask: MaskFile, { path }: Input): boolean {
  return basename(mask.path) === basename(path) || stemOfMask(mask.path) === parse(path).name;
}

/** `chair.scene.mask.png` of `chair.jpg`, as `image2model cuts` calls it. */
function isCutOf(mask: MaskFile, { path }: Input): boolean {
  const stem = stemOfMask(mask.path);
  return stem !== undefined && stem.replace(/\.[a-z]+(-\d+)?$/, '') === parse(path).name;
}

async function maskBeside({ given, path }: Input): Promise<MaskFile | undefined> {
  const { dir, name } = parse(given);
  for (const ending of endings) {
    const mask = { given: join(dir, name + ending), path: join(dirname(path), name + ending) };
    const found = await stat(mask.path).catch(() => undefined);
    if (found?.isFile()) return mask;
  }
  return undefined;
}

/** `chair` of `chair.mask.png`; undefined for other names. */
function stemOfMask(path: string): string | undefined {
  const name = basename(path);
  const ending = endings.find((each) => name.toLowerCase().endsWith(each));
  return ending === undefined || name.length === ending.length ? undefined : name.slice(0, -ending.length);
}

function wrong(id: 'cli.mask_no_photo' | 'cli.mask_several_photos' | 'cli.mask_repeated', mask: string): UsageError {
  return new UsageError(cliMessage(id, { mask }));
}
