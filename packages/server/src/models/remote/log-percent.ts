/** Lines of a log that are looked at, the newest ones, and characters of each. */
const maxLines = 200;
const maxCharacters = 500;

/** The highest `N%` in a model's log, 0 to 1. Nothing else of a log is used: it is text of somebody else. */
export function percentInLog(lines: readonly unknown[]): number | undefined {
  let highest: number | undefined;
  for (const line of lines.slice(-maxLines)) {
    if (typeof line !== 'string') continue;
    for (const [, number] of line.slice(0, maxCharacters).matchAll(/(?<![\d.])(\d{1,3}(?:\.\d+)?) ?%/g)) {
      const percent = Number(number);
      if (percent <= 100) highest = Math.max(highest ?? 0, percent / 100);
    }
  }
  return highest;
}
