import { browserStore, readStored, type Store, writeStored } from './stored.ts';

/** What somebody can choose for themselves, and what there is to choose from; the first is the default. */
export const choices = {
  theme: ['system', 'light', 'dark'],
  language: ['system', 'en', 'de'],
  motion: ['system', 'less'],
} as const;

type Name = keyof typeof choices;
export type Choice<N extends Name> = (typeof choices)[N][number];

/**
 * How the pages look and speak on this device, kept in `localStorage`. On the next visit `app.html` applies theme and
 * motion before the first paint.
 */
export class Preferences {
  readonly #store: Store | undefined;
  #theme: Choice<'theme'> = $state('system');
  #language: Choice<'language'> = $state('system');
  #motion: Choice<'motion'> = $state('system');

  constructor(store: Store | undefined) {
    this.#store = store;
    this.#theme = this.#stored('theme');
    this.#language = this.#stored('language');
    this.#motion = this.#stored('motion');
  }

  get theme(): Choice<'theme'> {
    return this.#theme;
  }
  set theme(theme: Choice<'theme'>) {
    this.#theme = theme;
    this.#keep('theme', theme);
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
  }

  get language(): Choice<'language'> {
    return this.#language;
  }
  set language(language: Choice<'language'>) {
    this.#language = language;
    this.#keep('language', language);
  }

  get motion(): Choice<'motion'> {
    return this.#motion;
  }
  set motion(motion: Choice<'motion'>) {
    this.#motion = motion;
    this.#keep('motion', motion);
    const less = motion === 'less' || matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.documentElement.dataset['motion'] = less ? 'less' : 'full';
  }

  /** Switches from the theme that is shown, light or dark, to the other. */
  switchTheme(): void {
    const isDark = this.theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : this.theme === 'dark';
    this.theme = isDark ? 'light' : 'dark';
  }

  #stored<N extends Name>(name: N): Choice<N> {
    const all: readonly Choice<N>[] = choices[name];
    const stored = readStored(this.#store, name);
    return all.find((choice) => choice === stored) ?? (all[0] as Choice<N>);
  }

  #keep(name: Name, choice: string): void {
    writeStored(this.#store, name, choice === 'system' ? undefined : choice);
  }
}

/** The page's own. */
export const preferences = new Preferences(browserStore());

/** Whether movement that only decorates should be left out. */
export function lessMotion(): boolean {
  return document.documentElement.dataset['motion'] === 'less';
}
