import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { foreignAnswers, startPortal } from '../scripts/test/portal.ts';
import { startCuttingProxy } from './support/cutting-proxy.ts';
import { docCode } from './support/doc-code.ts';
import { startServer } from './support/server.ts';
import { samplePaths } from './support/upload.ts';

// The programs of docs/clients.md, as they stand there. Those whose language or library this machine lacks are skipped;
// `.ci/run` installs what it can. The program for r3labs/sse has been run by hand, since nothing here can install it.

const env = {
  ...process.env,
  // Where `.ci/run` puts the Python packages that Debian has not.
  PYTHONPATH: join(import.meta.dirname, '../node_modules/.cache/python'),
  GO111MODULE: 'off',
};

/** The first Python that has these modules. */
function findPython(...modules: string[]): string | undefined {
  const imports = `import ${modules.join(', ')}`;
  return ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', imports], { env }).status === 0);
}

const withPython = (python: string | undefined) => async (folder: string, blocks: string[]) => {
  const path = join(folder, 'convert.py');
  await writeFile(path, blocks.join('\n'));
  return [python ?? 'python3', path];
};

const standardLibrary = 'Python, with the standard library';
const longPoll = 'Without events: a long poll';
const programs = [
  {
    heading: longPoll,
    name: `${longPoll}, in a shell`,
    found: ['curl', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0) ? 'sh' : undefined,
    prepare:
      () =>
      async (folder: string, [script = '']: string[]) => {
        await writeFile(join(folder, 'convert.sh'), script);
        return ['sh', join(folder, 'convert.sh')];
      },
  },
  {
    heading: longPoll,
    name: `${longPoll}, in Python`,
    found: findPython('json'),
    prepare: (python: string | undefined) => async (folder: string, blocks: string[]) => {
      const [program = ''] = await docCode('clients.md', standardLibrary);
      const [before = '', after = ''] = program.split(/^def follow.*?(?=^def download)/ms);
      return await withPython(python)(folder, [before, blocks.at(-1) ?? '', after]);
    },
  },
  { heading: standardLibrary, name: standardLibrary, found: findPython('json'), prepare: withPython },
  {
    heading: 'Python, with httpx and httpx-sse',
    name: 'Python, with httpx and httpx-sse',
    found: findPython('httpx', 'httpx_sse'),
    prepare: withPython,
  },
  // Not the package `sseclient`, whose client reads the address by itself.
  {
    heading: 'Python, with requests and sseclient-py',
    name: 'Python, with requests and sseclient-py',
    found: findPython('requests', 'sseclient; sseclient.SSEClient.events'),
    prepare: withPython,
  },
  {
    heading: 'Go, with the standard library',
    name: 'Go, with the standard library',
    found: spawnSync('go', ['version']).status === 0 ? 'go' : undefined,
    prepare: () => async (folder: string, blocks: string[]) => {
      for (const [index, code] of blocks.entries()) await writeFile(join(folder, `part${index}.go`), code);
      const built = spawnSync('go', ['build', '-o', 'convert', '.'], { cwd: folder, env, encoding: 'utf8' });
      expect(built.stderr).toBe('');
      return [join(folder, 'convert')];
    },
  },
];

for (const { heading, name, found, prepare } of programs) {
  test.skipIf(found === undefined)(
    `${name}: every event once, through cuts, foreign answers and a restart`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'image2model-clients-'));
      onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
      const command = await prepare(found)(folder, await docCode('clients.md', heading));
      const server = await startServer({ API_KEYS: 'key', WORKER_CONCURRENCY: '1' });
      onTestFinished(async () => await server.close());
      const cutting = await startCuttingProxy(server.url, { eventsPerConnection: 6 });
      onTestFinished(async () => await cutting.close());
      const answers = Object.values(foreignAnswers);
      let asked = 0;
      const proxy = await startPortal(cutting.url, ({ url = '' }) => {
        if (!/\/(stream|events)(\?|$)/.test(url)) return undefined;
        asked += 1;
        return asked % 2 === 1 ? answers.shift() : undefined;
      });
      onTestFinished(async () => await proxy.close());

      const refused = run(command, folder, { IMAGE2MODEL_URL: proxy.url, IMAGE2MODEL_KEY: 'wrong' });
      expect(await refused.code).not.toBe(0);
      expect(refused.output()).toContain('The API key is not valid.');

      const client = run(command, folder, { IMAGE2MODEL_URL: proxy.url, IMAGE2MODEL_KEY: 'key' });
      await expect.poll(() => client.events().length).toBeGreaterThan(2);
      await server.stop();
      await server.restart();
      expect(await client.code, client.output()).toBe(0);

      const events = client.events();
      const sequences = events.map(([sequence]) => Number(sequence));
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
      const endings = events.map(([, event]) => event).filter((event) => event?.startsWith('task_c'));
      expect(endings).toEqual(['task_completed']);
      expect(events.at(-1)?.[1]).toBe('task_completed');
      expect(answers.length).toBeLessThan(2);
      expect(cutting.connections).toBeGreaterThan(3);
      for (const model of ['duck.glb', 'teapot.glb', 'coffee.glb']) {
        expect((await readFile(join(folder, model))).subarray(0, 4).toString()).toBe('glTF');
      }
    },
    240_000,
  );
}

/** Starts a program with three photos, ended with the test. */
function run([command = '', ...args]: string[], cwd: string, variables: Record<string, string>) {
  const child = spawn(command, [...args, ...samplePaths('duck.png', 'teapot.jpg', 'coffee.jpg')], {
    cwd,
    env: { ...env, PYTHONUNBUFFERED: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    code: once(child, 'close').then(([code]) => code as number | null),
    output: () => output,
    /** Sequence and name of each event that it has printed. */
    events: () => [...output.matchAll(/^(\d+) (task_\w+|file_update)\b/gm)].map(([, ...parts]) => parts),
  };
}
