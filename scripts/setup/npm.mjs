import { spawn } from 'node:child_process';

/**
 * Runs npm, the same one that is running this if any, and passes its progress on.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {(pid: number) => void} started told npm's process id
 * @returns {Promise<{status: number, output: string}>} exit code, and what it printed
 */
export function runNpm(root, args, started) {
  const path = process.env.npm_execpath;
  const isNpm = path !== undefined && /npm[^/\\]*\.[cm]?js$/.test(path);
  const [command, first] = isNpm ? [process.execPath, [path]] : ['npm', []];
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !isNpm && process.platform === 'win32',
    });
    if (child.pid !== undefined) started(child.pid);
    let output = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => child.kill(signal);
    process.on('SIGINT', stop).on('SIGTERM', stop);
    /** @param {number} status @param {string} [message] */
    const done = (status, message) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve({ status, output: message ?? output });
    };
    child.once('error', (error) => done(1, `npm could not be started: ${error.message}`));
    child.once('close', (code, signal) => done(code ?? 1, signal === null ? undefined : 'It was interrupted.'));
  });
}

/** npm hands its own settings down to what it runs; what it was asked about this run must not change the next one. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (
      /^npm_config_(omit|include|only|production|workspace|workspaces|ignore_scripts|json|silent|loglevel|dry_run)$/i.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  return env;
}
