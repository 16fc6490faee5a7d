import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes a project that has the package from its tarball, by a real `npm install`. @throws if that fails, saying why */
export async function installInto(folder: string, tarball: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  // What npm says is read below: a quieter level that an `npm test` around it was given must not reach it.
  const flags = [
    '--loglevel=error',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=0',
  ];
  try {
    await run('npm', ['install', ...flags, tarball], { cwd: folder, env: { ...process.env, ...env } });
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    throw new Error(reasonOf(stderr), { cause: error });
  }
}

function reasonOf(said: string): string {
  const [code] =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|E(SOCKET)?TIMEDOUT|ENOTCACHED)\b/.exec(said) ?? [];
  if (code === undefined) return `npm install failed:\n${said}`;
  return `npm's registry cannot be reached (${code}), and what the package depends on is not in npm's cache. This test needs either.`;
}
