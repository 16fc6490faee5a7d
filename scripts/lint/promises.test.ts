import { readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const isTest = /^\s*(describe|it|test)(\.(each|runIf))?[(<]/;
const isSentence = /^[A-Z`][^.!?]*( \S+[.!?]\S+[^.!?]*)*\.$/;

/** The sentences of "What is promised" in `docs/operations.md`, and all lines among them that are no promise. */
async function readSection(): Promise<{ promises: string[]; others: string[] }> {
  const page = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const section = /^## What is promised\n(.*?)^## /ms.exec(page)?.[1] ?? '';
  const lines = section
    .slice(section.indexOf('\n### '))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('### '));
  const [promises, others] = [[] as string[], [] as string[]];
  for (const line of lines) (line.startsWith('- ') ? promises : others).push(line.replace(/^- /, ''));
  return { promises, others };
}

/** What tests say that they prove: the lines `// Promised: …` above them. */
async function readTests(): Promise<{ named: string[]; loose: string[] }> {
  const [named, loose] = [[] as string[], [] as string[]];
  for (const path of globSync('packages/*/{src,test}/**/*{.test,-suite}.ts', { cwd: root })) {
    const lines = (await readFile(join(root, path), 'utf8')).split('\n');
    for (const [index, line] of lines.entries()) {
      const sentence = /^\s*\/\/ Promised: (.*)$/.exec(line)?.[1];
      if (sentence === undefined) continue;
      named.push(sentence);
      const below = lines.slice(index).find((each) => !each.includes('// Promised: '));
      if (!isTest.test(below ?? '')) loose.push(`${path}:${index + 1}`);
    }
  }
  return { named, loose };
}

describe('what docs/operations.md promises', async () => {
  const { promises, others } = await readSection();
  const { named, loose } = await readTests();

  it('is a list of single sentences, each of them once', () => {
    expect(promises.length).toBeGreaterThan(40);
    expect(others).toEqual([]);
    expect(promises.filter((promise) => !isSentence.test(promise))).toEqual([]);
    expect(promises).toEqual([...new Set(promises)]);
  });

  it('is proved by a test for each sentence', () => {
    expect(promises.filter((promise) => !named.includes(promise))).toEqual([]);
  });

  it('is all that tests say to prove, each directly above a test', () => {
    expect(named.filter((sentence) => !promises.includes(sentence))).toEqual([]);
    expect(loose).toEqual([]);
  });
});
