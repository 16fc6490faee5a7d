/** Characters that the server removes from a name; without them it comes back as it was sent. */
const changed = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** The same file under its {@link freeName}. */
export function withFreeName(file: File, used: readonly string[]): File {
  const { type, lastModified } = file;
  const name = freeName(file.name, used);
  return name === file.name ? file : new File([file], name, { type, lastModified });
}

/**
 * The name of a file as the server will have it, with a number if another one has the same: phones give many photos the
 * same name, and the server tells photos apart by their names alone.
 */
export function freeName(given: string, used: readonly string[]): string {
  const name = given.toWellFormed().normalize('NFC').replaceAll(changed, '').trim() || 'photo';
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  // The server keeps 200 bytes of a name: room for a number as well.
  let short = stem;
  while (new TextEncoder().encode(short + extension).length > 190 && short.length > 1) {
    short = Array.from(short).slice(0, -1).join('');
  }
  const others = new Set(used);
  let free = short + extension;
  for (let count = 2; others.has(free); count += 1) free = `${short} (${count})${extension}`;
  return free;
}
