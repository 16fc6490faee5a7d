import { createKey } from '@image2model/client';
import { createStore, del, delMany, get, getMany, keys, setMany, type UseStore } from 'idb-keyval';

/** What is chosen of an upload besides its photos. */
export interface KeptChoices {
  /** Empty where nobody has chosen. */
  model: string;
  /** By model, and within it by the name of the option. */
  options: Record<string, Record<string, unknown>>;
  faceLimit: string;
  /** The name that the last try was sent under, and what it was sent with. */
  attempt: { key: string; of: string } | undefined;
  /** Whether it was on its way when this was kept. */
  sending: boolean;
}

/** An upload that has not been sent yet. */
export interface Draft extends KeptChoices {
  photos: readonly { id: string; file: File }[];
}

/** Where an upload is kept until it has been sent. Nothing here rejects: keeping is a help, never in the way. */
export interface Drafts {
  /** What a page that is gone has left behind, the newest first; from then on it is this one's. */
  load(): Promise<Draft | undefined>;
  /** Whether all of it is kept now. */
  save(draft: Draft): Promise<boolean>;
}

/** Bytes of photos that are kept: a whole batch at its largest. What does not fit is not kept. */
const maxKeptBytes = 260 * 1024 * 1024;
/** A draft that nobody came back to is forgotten. */
const maxAgeMs = 7 * 24 * 3_600_000;
/** For a page that is reloaded: its old self may need a moment to let go of its draft. */
const letGoMs = 1000;
const headPrefix = 'draft';
const photoKey = (id: string) => `photo:${id}`;

interface Head extends KeptChoices {
  ids: string[];
  savedAt: number;
}

/**
 * Keeps the draft in the browser's own database, each photo as an entry of its own so that it is written once. Each tab
 * has a draft of its own and holds a lock of its name for as long as it lives: two tabs neither overwrite each other nor
 * send the same photos, and what a closed one left goes to the next that opens. A browser without locks (over plain HTTP
 * from elsewhere) takes every draft for one that was left.
 */
export function browserDrafts(): Drafts {
  let store: UseStore | undefined;
  const open = () => (store ??= createStore('image2model', 'upload'));
  const head = `${headPrefix}:${createKey()}`;
  const own = claim(head);
  /** Heads and photos in the database that are this tab's. */
  let held: { heads: string[]; ids: string[] } = { heads: [], ids: [] };
  let latest: Draft | undefined;
  let isKept = true;
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other, and whatever goes wrong (no room, no database) stays here. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const done = turn.then(work).catch(() => undefined);
    turn = done;
    return done;
  };

  async function load(): Promise<Draft | undefined> {
    for (const [name, { ids, savedAt, ...choices }] of await heads(open())) {
      if (!(await claim(name))) continue;
      if (Date.now() - savedAt > maxAgeMs) {
        await delMany([name, ...ids.map(photoKey)], open());
        continue;
      }
      const files = await getMany<File>(ids.map(photoKey), open());
      held = { heads: [name], ids };
      const photos = ids.flatMap((id, index) => {
        const file = files[index];
        return file ? [{ id, file }] : [];
      });
      return { ...choices, photos };
    }
    return undefined;
  }

  async function save({ photos, ...choices }: Draft): Promise<boolean> {
    await own;
    let bytes = 0;
    const fitting = photos.filter(({ file }) => (bytes += file.size) <= maxKeptBytes);
    const ids = fitting.map(({ id }) => id);
    const fresh = fitting.filter(({ id }) => !held.ids.includes(id));
    const gone = held.ids.filter((id) => !ids.includes(id));
    if (ids.length > 0) {
      const entry: Head = { ...choices, ids, savedAt: Date.now() };
      await setMany([...fresh.map(({ id, file }): [string, unknown] => [photoKey(id), file]), [head, entry]], open());
    } else if (held.heads.length > 0) await del(head, open());
    const others = held.heads.filter((name) => name !== head);
    held = { heads: ids.length > 0 ? [head] : [], ids };
    if (gone.length + others.length > 0) await delMany([...others, ...gone.map(photoKey)], open());
    return fitting.length === photos.length;
  }

  return {
    load: () => inTurn(load),
    save: async (draft) => {
      latest = draft;
      // Of many changes in a row the newest is written.
      const kept = inTurn(async () => {
        const newest = latest;
        latest = undefined;
        if (newest) isKept = await save(newest);
        return isKept;
      });
      return (await kept) ?? (isKept = false);
    },
  };
}

/** All drafts in the database, the newest first. */
async function heads(store: UseStore): Promise<[string, Head][]> {
  const names = (await keys<string>(store)).filter((name) => name.startsWith(headPrefix));
  const found = await Promise.all(names.map(async (name) => [name, await get<Head>(name, store)] as const));
  const all = found.filter((entry): entry is [string, Head] => entry[1] !== undefined);
  return all.sort(([, a], [, b]) => b.savedAt - a.savedAt);
}

/** Takes the lock of a draft until the page is gone. False where another tab has it. */
async function claim(name: string): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return true;
  return await new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise(() => undefined);
    };
    locks.request(`image2model.${name}`, { signal: AbortSignal.timeout(letGoMs) }, hold).catch(() => resolve(false));
  });
}
