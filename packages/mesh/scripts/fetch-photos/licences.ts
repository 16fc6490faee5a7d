/** Who may use a file, from the copyright file of its Debian package. */

/** The licence of each group of files, in the order of the copyright file: the last one that matches counts. */
export type Licences = { patterns: RegExp[]; licence: string }[];

/** Reads a copyright file in Debian's machine-readable format; empty for any other. */
export function readLicences(copyright: string): Licences {
  return copyright.split(/\n\s*\n/).flatMap((paragraph) => {
    const files = field(paragraph, 'Files');
    const licence = field(paragraph, 'License')?.split('\n')[0]?.trim();
    if (!files || !licence) return [];
    return [{ patterns: files.trim().split(/\s+/).map(toPattern), licence }];
  });
}

/** The paths of a copyright file are those of the sources; a file's place in the package ends alike. */
export function licenceOf(path: string, licences: Licences): string {
  const ends = path.split('/').map((_, from, parts) => parts.slice(from).join('/'));
  const found = licences.findLast(({ patterns }) => patterns.some((p) => ends.some((end) => p.test(end))));
  return found?.licence ?? 'see the copyright file';
}

function field(paragraph: string, name: string): string | undefined {
  const start = new RegExp(`^${name}:`, 'm').exec(paragraph);
  if (!start) return undefined;
  const rest = paragraph.slice(start.index + start[0].length);
  return rest.split(/\n(?=\S)/)[0];
}

function toPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
