import { words } from './texts.svelte.ts';

/** What the server says while it works, in the reader's language; as it is where there are no words for it. */
export function serverText(said: string): string {
  return words().said.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), said);
}
