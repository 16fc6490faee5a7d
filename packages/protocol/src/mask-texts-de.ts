import type { maskTexts } from './mask-texts.ts';

/** What is said of masks, in German. */
export const maskTextsDe: Readonly<Record<keyof typeof maskTexts, string>> = {
  'mask.undecodable': '{filename} ist beschädigt oder unvollständig.',
  'mask.type_unsupported': '{filename} kann nicht als Maske verwendet werden; möglich sind PNG, WebP und JPEG.',
  'mask.too_many_pixels': '{filename} hat mehr als {max} Megapixel.',
  'mask.too_small': '{filename} hat {width} × {height} Pixel; die lange Seite braucht mindestens {min}.',
  'mask.black': '{filename} lässt vom Foto nichts übrig; was bleiben soll, muss weiß oder deckend sein.',
  'mask.proportions':
    '{filename} hat {width} × {height} Pixel, das Foto dazu {photo_width} × {photo_height}; die Seitenverhältnisse müssen gleich sein.',
  'mask.no_photo':
    '{filename} passt zu keinem Foto; die Maske muss wie ihr Foto heißen, oder stuhl.mask.png zu stuhl.jpg.',
  'mask.several_photos': '{filename} passt zu mehreren Fotos; die Fotos müssen verschieden heißen.',
  'mask.repeated': '{filename} ist nicht die einzige Maske zu ihrem Foto; zu jedem gehört höchstens eine.',
  'mask.unsupported': 'Das Modell {model} unterstützt keine Masken; ohne Maske senden oder ein anderes Modell wählen.',
  'mask.too_many': '{count} Masken wurden gesendet; höchstens {max} sind auf einmal möglich.',
  'mask.not_a_file': 'Das Feld masks muss eine Datei mit einem Namen sein.',
  'mask.wrong_field': '{filename} muss in einem Feld namens `masks` gesendet werden.',
  'mask.drop_not_run':
    '{filename} kann seine Maske nur verlieren, wenn ein neuer Versuch das Foto einschließt; es muss auch in `file_ids` stehen.',
  'mask.drop_and_new':
    '{filename} kann nicht zugleich seine Maske verlieren und eine neue bekommen; möglich ist nur eines von beiden.',

  'mask.unused': 'Das Modell unterstützt keine Masken und hat nur das Foto bekommen.',
  'mask.lost':
    '{filename}, die Maske zu {photo}, fehlt auf dem Server oder ist dort beschädigt. Ein neuer Versuch braucht eine neue.',
  'mask.missing': 'Zu dem Foto gibt es keine Maske.',
  'file.mask_lost':
    'Die Maske zum Foto fehlt auf dem Server oder ist dort beschädigt; ein neuer Versuch braucht eine neue',
};
