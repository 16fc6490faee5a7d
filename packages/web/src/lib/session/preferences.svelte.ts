/** What somebody can choose for themselves, and what there is to choose from; the first is the default. */
export const choices = {
  theme: ['system', 'light', 'dark'],
  language: ['system', 'en', 'de'],
  motion: ['system', 'less'],
} as const;

type Name = keyof typeof choices;
export type Choice<N extends Name> = (typeof choices)[N][number];

/**
 * How the pages look and speak on this device. Kept in `localStorage`; where a browser has none to give, a choice holds
 * until the page is left. `app.html` takes up theme and motion before the first paint of the next visit.
 */
export class Preferences {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  #theme: Choice<'theme'> = $state('system');
  #language: Choice<'language'> = $state('system');
  #motion: Choice<'motion'> = $state('system');

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined) {
    this.#storage = storage;
    this.#theme = this.#kept('theme');
    this.#language = this.#kept('language');
    this.#motion = this.#kept('motion');
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

  /** From what is seen now, light or dark, to the other. */
  switchTheme(): void {
    const isDark = this.theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : this.theme === 'dark';
    this.theme = isDark ? 'light' : 'dark';
  }

  #kept<N extends Name>(name: N): Choice<N> {
    const all: readonly Choice<N>[] = choices[name];
    let kept: string | null | undefined;
    try {
      kept = this.#storage?.getItem(`image2model.${name}`);
    } catch {
      // Some browsers only refuse when it is used.
    }
    return all.find((choice) => choice === kept) ?? (all[0] as Choice<N>);
  }

  #keep(name: Name, choice: string): void {
    try {
      if (choice === 'system') this.#storage?.removeItem(`image2model.${name}`);
      else this.#storage?.setItem(`image2model.${name}`, choice);
    } catch {
      // As above: then it holds for this visit.
    }
  }
}

/** The page's own. */
export const preferences = new Preferences(storageOf());

/** Whether movement that only decorates should be left out. */
export function lessMotion(): boolean {
  return document.documentElement.dataset['motion'] === 'less';
}

function storageOf(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
