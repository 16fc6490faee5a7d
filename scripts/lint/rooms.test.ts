import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/*
 * The table of who may import whom, held against the linter's settings: each line is a file that is linted, what it
 * imports, and whether that is allowed.
 */
const rooms = ['protocol', 'client', 'mesh', 'server', 'web'] as const;
const may: Record<string, readonly string[]> = {
  'packages/protocol/src/a.ts': [],
  'packages/mesh/src/a.ts': [],
  'packages/client/src/a.ts': ['protocol'],
  'packages/server/src/a.ts': ['protocol', 'mesh'],
  'packages/server/src/cli/a.ts': ['protocol', 'mesh', 'client'],
  'packages/web/src/a.ts': ['client', 'protocol'],
  'examples/a.ts': ['protocol', 'client', 'mesh'],
  'e2e/a.ts': ['protocol', 'client', 'mesh'],
};

/** Files that may import the German texts: those of the repository's root import any package and its entries. */
const speaking = ['packages/server/src/cli/a.ts', 'packages/web/src/a.ts', 'examples/a.ts', 'e2e/a.ts'];

interface Case {
  readonly file: string;
  readonly line: string;
  readonly allowed: boolean;
}

const cases: readonly Case[] = [
  ...Object.entries(may).flatMap(([file, allowed]) =>
    rooms.map((room) => ({ file, line: `import '@image2model/${room}';`, allowed: allowed.includes(room) })),
  ),
  ...inside('packages/client/src/a.ts', [
    ["import { a } from './api/service.ts'; a();", true],
    ["import { a } from '../../server/src/config.ts'; a();", false],
    ["import { a } from '../../protocol/src/index.ts'; a();", false],
    ["import { a } from '@image2model/protocol/src/frame.ts'; a();", false],
    ["export * from '@image2model/mesh';", false],
    ["import type { A } from '@image2model/mesh'; export type B = A;", false],
  ]),
  ...inside('packages/mesh/src/deep/a.ts', [["export { a } from '../../../protocol/src/index.ts';", false]]),
  ...inside('packages/server/src/cli/a.ts', [
    ["import { a } from '../config.ts'; a();", true],
    ["import { a } from '@image2model/protocol/de'; a();", true],
    ["import { a } from '@image2model/protocol/src/de.ts'; a();", false],
    ["import { a } from '@image2model/client/de'; a();", false],
    ["export const a = process.env['PATH'];", false],
  ]),
  // The German texts are loaded on demand, so they have an entry of their own; only what speaks to people has it.
  ...Object.keys(may).map((file) => ({
    file,
    line: "import '@image2model/protocol/de';",
    allowed: speaking.includes(file),
  })),
  ...inside('packages/web/src/a.ts', [
    ["import '@image2model/protocol/de.ts';", false],
    ["import '@image2model/protocol/src/de.ts';", false],
    ["import '@image2model/client/de';", false],
    // A photo is cut out in a worker of the page: that part of mesh needs neither Node nor a decoder.
    ["import { a } from '@image2model/mesh/cut'; a();", true],
    ["import { a } from '@image2model/mesh/cut.ts'; a();", false],
    ["import { a } from '@image2model/mesh/cuts'; a();", false],
    ["import { a } from '@image2model/mesh/src/cut.ts'; a();", false],
    ["import { a } from '../../mesh/src/cut.ts'; a();", false],
  ]),
  ...inside('packages/server/src/a.ts', [['export const a = process.env.PATH;', false]]),
  ...inside('packages/server/src/config.ts', [['export const a = process.env.PATH;', true]]),
  ...inside('e2e/a.ts', [["import { a } from '../packages/server/src/app.ts'; a();", false]]),
];

let folder: string;
let complaints: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'image2model-lint-'));
  cpSync(join(import.meta.dirname, '../../.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [index, { file, line }] of cases.entries()) {
    const path = join(folder, placed(file, index));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${line}\n`);
  }
  const oxlint = join(import.meta.dirname, '../../node_modules/.bin/oxlint');
  complaints = spawnSync(oxlint, ['--format', 'unix', '.'], { cwd: folder, encoding: 'utf8' }).stdout;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(cases.map((one, index) => ({ ...one, index })))('$file: $line → allowed: $allowed', (one) => {
  const path = placed(one.file, one.index);
  const refused = complaints
    .split('\n')
    .some((line) => line.includes(path) && /no-restricted-imports|no-process-env/.test(line));
  expect(refused).toBe(!one.allowed);
});

function inside(file: string, lines: readonly (readonly [string, boolean])[]): Case[] {
  return lines.map(([line, allowed]) => ({ file, line, allowed }));
}

/** Each case has a file of its own; a file whose very name matters keeps it. */
function placed(file: string, index: number): string {
  return file.replace(/\/a\.ts$/, `/case-${index}.ts`);
}
