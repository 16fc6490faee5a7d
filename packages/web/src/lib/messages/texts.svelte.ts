import { english, type Words } from './english.ts';

let shown: Words = $state.raw(english);

/** The words of the language that is shown. */
export function words(): Words {
  return shown;
}

/** Shows these words from now on. */
export function show(next: Words): void {
  shown = next;
}
