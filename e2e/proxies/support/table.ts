import { readFileSync, writeFileSync } from 'node:fs';
import { page } from './documented.ts';
import type { FirstEvent } from './first-event.ts';
import type { Started } from './round.ts';

/** The tables that this is about have these columns first. */
const head = '| proxy | version | first event | with the SDK |';

/** The proxies in the tables of the page, in their order. */
export function documentedProxies(): string[] {
  return rowsOf(readFileSync(page, 'utf8')).map(({ name }) => name);
}

/** Writes versions and figures into the tables of the page. */
export function updateTables(started: readonly Started[], figures: ReadonlyMap<string, FirstEvent>): void {
  const text = readFileSync(page, 'utf8');
  const lines = text.split('\n');
  for (const { name, at } of rowsOf(text)) {
    const figure = figures.get(name);
    if (figure === undefined) continue;
    const [first, version, , , ...rest] = cellsOf(lines[at] ?? '');
    const now = started.find(({ proxy }) => proxy.name === name)?.proxy.version ?? version;
    const cells = [first, now, shown(figure.plain), shown(figure.sdk), ...rest];
    lines[at] = `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  }
  writeFileSync(page, lines.join('\n'));
}

function rowsOf(text: string): { name: string; at: number }[] {
  let isTable = false;
  return text.split('\n').flatMap((line, at) => {
    if (line.startsWith(head)) isTable = true;
    else if (!line.startsWith('|')) isTable = false;
    if (!isTable || line.startsWith(head) || line.startsWith('|-')) return [];
    const [cell = ''] = cellsOf(line);
    return [{ name: /^\[(.+)\]\(.+\)$/.exec(cell)?.[1] ?? cell, at }];
  });
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** To what the machine's own noise allows. */
function shown(ms: number | undefined): string {
  if (ms === undefined) return 'at the end';
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
