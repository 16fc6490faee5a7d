const maskEnding = /\.mask\.(?:png|webp|jpe?g)$/i;

/** What a mask may be called beside its photo, after the photo's own name without its extension; in any case. */
export const maskEndings = ['.mask.png', '.mask.webp', '.mask.jpg', '.mask.jpeg'] as const;

/** `chair` of `chair.mask.png` or `chair.MASK.PNG`; undefined for other names, and for an ending without a name. */
export function stemOfMask(filename: string): string | undefined {
  const stem = filename.replace(maskEnding, '');
  return stem === filename || stem === '' ? undefined : stem;
}

/** Ways to compare the names of masks and photos: as they are, or else as people read them. */
export const nameRules: readonly ((filename: string) => string)[] = [
  (filename) => filename.replace(maskEnding, (ending) => ending.toLowerCase()),
  // As many file systems do: `Chair` is `chair`, however its letters are composed.
  (filename) => filename.normalize('NFC').toLowerCase(),
];
