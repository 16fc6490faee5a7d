import { ApiError } from './errors.ts';

/**
 * The header of an API key; none for an empty key.
 *
 * @throws {ApiError} with the code `INVALID_API_KEY`
 */
export function bearer(key: string | undefined): Record<string, string> {
  return key ? { Authorization: `Bearer ${checkText(key, 'API key', 'INVALID_API_KEY')}` } : {};
}

/**
 * Returns a text that is sent in a header, if it is of the characters that such texts are made of.
 *
 * @throws {ApiError} that names what it is, and does not contain it
 */
export function checkText(text: string, name: string, code: string): string {
  if (isPlain(text)) return text;
  throw new ApiError(`The ${name} has an invalid character (a line break?)`, { code });
}

/** Whether a text is of visible ASCII characters, as all keys and cursors are. */
export function isPlain(text: string): boolean {
  return /^[!-~]*$/.test(text);
}
