/** What is put into a message, by the name of its place. */
export type MessageValues = Readonly<Record<string, string | number>>;

/**
 * A sentence for a person. `text` is English and complete; `id` and `values` are what other languages are made from.
 * The protocol has the same type, which this package does not import.
 */
export interface Message {
  text: string;
  id?: string | undefined;
  values?: MessageValues | undefined;
}

/** Everything that this package says to people, in English, by id. An id is never given another meaning: clients know it. */
export const meshMessages = {
  // Progress.
  'mesh.stage.decode': 'Reading the photo ({step} of {steps})',
  'mesh.stage.foreground': 'Finding the object ({step} of {steps})',
  'mesh.stage.height': 'Giving it depth ({step} of {steps})',
  'mesh.stage.mesh': 'Building the surface ({step} of {steps})',
  'mesh.stage.texture': 'Painting the surface ({step} of {steps})',
  'mesh.stage.preview': 'Drawing a preview ({step} of {steps})',
  'mesh.stage.write': 'Writing the model ({step} of {steps})',
  'mesh.done': 'Done',

  // Why a photo or an option is rejected.
  'mesh.file_empty': 'The file is empty.',
  'mesh.image_undecodable': 'The photo is damaged or incomplete.',
  'mesh.image_too_many_pixels': 'The photo has more than {max} megapixels.',
  'mesh.image_too_small': 'The photo is {width} × {height} pixels; each side needs at least {min}.',
  'mesh.image_too_narrow':
    'The photo is {width} × {height} pixels; its long side may be at most {max} times the short one.',
  'mesh.type_unsupported': 'This file type isn’t supported; use JPEG, PNG or WebP.',
  'mesh.heif_unsupported':
    'HEIC isn’t supported; export the photo as JPEG, or add it on the web page, which converts it.',
  'mesh.image_transparent': 'The photo is fully transparent, so there is nothing to model.',
  'mesh.mask_unusable': 'The mask is damaged, or not a JPEG, PNG or WebP of a usable size.',
  'mesh.mask_black': 'The mask is all black; paint the object white.',
  'mesh.object_missing': 'No object stands out in the photo.',
  'mesh.object_too_thin': 'Everything in the photo is too thin to become a solid object.',
  'mesh.face_limit_too_low': 'The face limit must be a whole number of at least {min}.',
  'mesh.depth_invalid':
    'The depth must be a number from {min} to {max}, as a percentage of the longest side, or one of: {names}.',
  'mesh.detail_invalid': 'The detail must be a number from 0 to 1.',
  'mesh.shape_invalid': 'The shape must be one of: {names}.',
  'mesh.mode_invalid': 'The mode must be one of: {names}.',
  'mesh.parts_invalid': 'The parts must be one of: {names}.',
  'mesh.size_invalid': 'The size must be a number of millimetres from {min} to {max}.',
  'mesh.origin_invalid': 'The origin must be one of: {names}.',

  // What to know about a model that was made.
  'mesh.thin_parts_lost': 'Parts thinner than two pixels were lost. Use a larger or closer photo to keep them.',
  'mesh.outline_unsure':
    'The outline may be wrong. Compare it with the photo, then choose another cut-out or paint one.',
  'mesh.relief_instead':
    'We couldn’t find a clear object, so the whole photo became a relief. For a solid model, use a cut-out or a plain background.',
  'mesh.parts_dropped_one':
    'One small separate part was left out to stay within the triangle limit. Raise the limit to keep it.',
  'mesh.parts_dropped':
    '{count} small separate parts were left out to stay within the triangle limit. Raise the limit to keep them.',
  'mesh.gaps_closed':
    'Narrow gaps in the outline were closed to stay within the triangle limit. Raise the limit to keep them open.',
  'mesh.holes_closed_one':
    'One small hole was closed to stay within the triangle limit. Raise the limit to keep it open.',
  'mesh.holes_closed':
    '{count} small holes were closed to stay within the triangle limit. Raise the limit to keep them open.',

  // What to know about a cut-out that is proposed, before there is a model.
  'mesh.relief_proposed':
    'No clear object stands out, so the whole photo would become a relief. Choose another cut-out or paint one.',

  // No longer said; models made earlier have them.
  'mesh.scene_outline':
    'We found the object in a busy scene. If the outline looks wrong, try a photo with the background removed.',
  'mesh.outline_guessed':
    'We couldn’t find a clear object, so the outline is a guess. Use a mask, or a photo with a plain background.',
} as const;

/** The ids of {@link meshMessages}. */
export type MeshMessageId = keyof typeof meshMessages;

/** The names of the places in a text: `max` for `{max} megapixels`. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;

type ValuesOf<Id extends MeshMessageId> = Readonly<Record<Places<(typeof meshMessages)[Id]>, string | number>>;

/** A message of this id, with its values put in. */
export function meshMessage<Id extends MeshMessageId>(
  id: Id,
  ...[values]: keyof ValuesOf<Id> extends never ? [] : [ValuesOf<Id>]
): Message {
  const template: string = meshMessages[id];
  if (values === undefined) return { text: template, id };
  const given: MessageValues = values;
  return { text: template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(given[name])), id, values };
}
