import { fillIn, type Message, message } from '@image2model/protocol';

/** The messages of the generator that the states show, in English; the pages do not import it. */
const generatorTexts = {
  'mesh.stage.foreground': 'Finding the object ({step} of {steps})',
  'mesh.stage.height': 'Giving it depth ({step} of {steps})',
  'mesh.stage.mesh': 'Building the surface ({step} of {steps})',
  'mesh.image_transparent': 'The photo is fully transparent, so there’s nothing to model.',
  'mesh.relief_instead':
    'We couldn’t find a clear object, so the whole photo became a relief. For a solid model, use a cut-out or a plain background.',
} as const;

/** A message of the generator. */
export function generatorMessage(id: keyof typeof generatorTexts, values?: Readonly<Record<string, number>>): Message {
  return { text: fillIn(generatorTexts[id], values), id, values };
}

/** What the generator reports at this one of its seven stages. */
export function stage(name: 'foreground' | 'height' | 'mesh', step: number): Message {
  return generatorMessage(`mesh.stage.${name}`, { step, steps: 7 });
}

/** Why a photo of nothing but transparent pixels is rejected. */
export const transparent: Message = generatorMessage('mesh.image_transparent');

/** What a file reports in each of its states, in the plainest case. */
export const usual = {
  pending: message('queue.waiting'),
  processing: stage('height', 3),
  completed: message('file.ready'),
  failed: message('file.failed'),
  cancelled: message('file.cancelled'),
} as const;
