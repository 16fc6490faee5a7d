import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Creates a project and installs the package from its tarball with a real `npm install`. @throws with the reason */
export async function installInto(folder: string, tarball: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  // Errors are read below, so a quieter log level of the surrounding `npm test` must not apply.
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

function reasonOf(stderr: string): string {
  const [code] =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|E(SOCKET)?TIMEDOUT|ENOTCACHED)\b/.exec(stderr) ?? [];
  if (code === undefined) return `npm install failed:\n${stderr}`;
  return `npm's registry cannot be reached (${code}), and npm's cache lacks the package's dependencies. This test needs one of them.`;
}
