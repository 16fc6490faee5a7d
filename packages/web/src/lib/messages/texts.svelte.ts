import { english, type Texts } from './en/index.ts';

let shown: Texts = $state.raw(english);

/** The texts of the language that is shown. */
export function texts(): Texts {
  return shown;
}

/** Shows these texts from now on. */
export function showTexts(next: Texts): void {
  shown = next;
}
