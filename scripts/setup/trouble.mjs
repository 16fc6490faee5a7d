/** Something that the person at the keyboard can mend: its message says what happened and what to do. */
export class Trouble extends Error {}

/**
 * The system's code of an error, `ENOENT` say.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/**
 * What an output of npm's means, for a person.
 *
 * @param {string} output what npm printed
 * @returns {string} a few sentences
 */
export function explain(output) {
  const found = CAUSES.find(([pattern]) => pattern.test(output));
  const told = output.split('\n').filter((line) => !/EBADENGINE|^\s+at |Unknown user config|^\s*$/.test(line));
  const tail = told.slice(-12).join('\n');
  const advice = found ? found[1] : 'npm said why above. Once that is mended, run the same command again.';
  return `${tail}\n\nThe packages could not be installed. ${advice}`;
}

/** @type {[RegExp, string][]} */
const CAUSES = [
  [/ENOSPC|no space left/i, 'The disk is full. Free about 1 GB here and run the same command again.'],
  [
    /EACCES|EPERM|EROFS|permission denied/i,
    'This account may not write here, or a file is in use. Make the folder your own (chown -R) or copy the checkout to a folder that is, and run the same command again.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|network|socket hang up/i,
    'The npm registry could not be reached. Check the network; behind a proxy set it with "npm config set proxy" and "https-proxy"; then run the same command again.',
  ],
  [
    /EUSAGE|in sync/i,
    'package.json and package-lock.json disagree. Take both from the same commit (git checkout -- package.json package-lock.json).',
  ],
  [/EINTEGRITY/, 'A package arrived damaged. Run "npm cache clean --force" and then the same command again.'],
  [
    /E401|E403|E404|ETARGET/,
    'The npm registry does not hand out a package that is needed. Check which one "npm config get registry" names.',
  ],
];
