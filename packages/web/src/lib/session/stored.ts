/** Where the choices of a person are kept; a test brings its own. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The browser's `localStorage`; undefined if it has none to give. */
export function browserStore(): Store | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** What is kept under this name, if anything. */
export function readStored(store: Store | undefined, name: string): string | undefined {
  try {
    return store?.getItem(`image2model.${name}`) ?? undefined;
  } catch {
    // Some browsers only refuse when it is used.
    return undefined;
  }
}

/** Keeps a value, or removes it. A browser that refuses keeps it for this visit alone. */
export function writeStored(store: Store | undefined, name: string, value: string | undefined): void {
  try {
    if (value === undefined) store?.removeItem(`image2model.${name}`);
    else store?.setItem(`image2model.${name}`, value);
  } catch {
    // As above.
  }
}
