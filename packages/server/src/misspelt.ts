/**
 * Settings whose names other programs use too, or nearly so: a name close to one of these may be meant for somebody
 * else, so it is named and the server starts. Names of one word (`HOST`, `PORT`, `MODEL`) are not compared at all.
 */
const common: ReadonlySet<string> = new Set([
  'ADMIN_API_KEYS',
  'API_KEYS',
  'CORS_ORIGINS',
  'DATA_DIR',
  'FAL_KEY',
  'LOG_LEVEL',
  'PUBLIC_URL',
]);

/** So many letters of a name that only we have may be wrong; of a common one, one. */
const maxWrong = 2;
/** A name that breaks off after so many words is no other program's. */
const certainWords = 3;

/** A variable that is not a setting and looks like one. */
interface Misspelt {
  /** Says so and names the setting. */
  sentence: string;
  /** Whether it can hardly be meant for another program. */
  isCertain: boolean;
}

/** Variables whose names are nearly those of settings. */
export function findMisspelt(names: readonly string[], settings: readonly string[]): Misspelt[] {
  const comparable = settings.filter((setting) => setting.includes('_'));
  return names.flatMap((name) => {
    if (settings.includes(name)) return [];
    const written = name.toUpperCase().replaceAll('-', '_');
    const words = written.split('_').length;
    const near = comparable.find((setting) => distance(written, setting) <= (common.has(setting) ? 1 : maxWrong));
    const whole = near ?? comparable.find((setting) => words > 1 && setting.startsWith(`${written}_`));
    if (whole === undefined) return [];
    const isCertain = near === undefined ? words >= certainWords : !common.has(near);
    return [{ sentence: `${name} is not a setting; did you mean ${whole}?`, isCertain }];
  });
}

/** Letters to insert, leave out, replace or swap with their neighbour; more than {@link maxWrong} is not counted out. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > maxWrong) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
