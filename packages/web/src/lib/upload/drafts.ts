import { createKey } from '@image2model/client';
import { createStore, del, delMany, get, getMany, keys, setMany, type UseStore } from 'idb-keyval';
import type { ChosenCut } from '../cutout/types.ts';
import type { ModelDraft } from '../models/model-choice.svelte.ts';

/** What there is to an upload besides its photos. */
interface DraftHead extends ModelDraft {
  /** The idempotency key of the last attempt, and what it was sent with. */
  attempt: { key: string; of: string } | undefined;
  /** Whether it was on its way when this was saved. */
  sending: boolean;
}

/** An upload that has not been sent yet. */
export interface Draft extends DraftHead {
  photos: readonly { id: string; file: File; cut?: ChosenCut | undefined }[];
}

/** Where an upload is kept until it has been sent. Nothing here rejects: a draft helps and is never in the way. */
export interface Drafts {
  /** The newest draft that a closed page has left behind; from then on it belongs to this one. */
  load(): Promise<Draft | undefined>;
  /** Whether all of it is saved now. */
  save(draft: Draft): Promise<boolean>;
}

/** Bytes of photos in a draft: a batch at its largest. What does not fit is left out. */
const maxDraftBytes = 260 * 1024 * 1024;
/** A draft that nobody came back to is deleted after a week. */
const maxAgeMs = 7 * 24 * 3_600_000;
/** Wait for the lock of a draft: a page that is being reloaded may need a moment to release it. */
const lockTimeoutMs = 1000;
const headPrefix = 'draft';
const photoKey = (id: string) => `photo:${id}`;

interface StoredHead extends DraftHead {
  ids: string[];
  /** The cut-outs that were chosen, by the ids of their photos: some kilobytes each. */
  cuts?: Record<string, ChosenCut>;
  savedAt: number;
}

/**
 * Keeps the draft in IndexedDB, each photo as an entry of its own so that it is written once. Each tab has its own draft
 * and holds a lock on its name until it is closed: two tabs neither overwrite each other nor send the same photos, and
 * the next tab that opens gets what a closed one left. A browser without locks (over plain HTTP from another machine)
 * treats every draft as left behind.
 */
export function browserDrafts(): Drafts {
  let store: UseStore | undefined;
  const open = () => (store ??= createStore('image2model', 'upload'));
  const head = `${headPrefix}:${createKey()}`;
  const own = claim(head);
  /** Heads and photos in the database that are this tab's. */
  let held: { heads: string[]; ids: string[] } = { heads: [], ids: [] };
  let latest: Draft | undefined;
  let isSaved = true;
  let turn: Promise<unknown> = Promise.resolve();
  /** Runs one after the other, and swallows whatever goes wrong (no room, no database). */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const done = turn.then(work).catch(() => undefined);
    turn = done;
    return done;
  };

  async function load(): Promise<Draft | undefined> {
    for (const [name, { ids, savedAt, cuts = {}, ...rest }] of await heads(open())) {
      if (!(await claim(name))) continue;
      if (Date.now() - savedAt > maxAgeMs) {
        await delMany([name, ...ids.map(photoKey)], open());
        continue;
      }
      const files = await getMany<File>(ids.map(photoKey), open());
      held = { heads: [name], ids };
      const photos = ids.flatMap((id, index) => {
        const file = files[index];
        return file ? [{ id, file, cut: cuts[id] }] : [];
      });
      return { ...rest, photos };
    }
    return undefined;
  }

  async function save({ photos, ...rest }: Draft): Promise<boolean> {
    await own;
    let bytes = 0;
    const fitting = photos.filter(({ file }) => (bytes += file.size) <= maxDraftBytes);
    const ids = fitting.map(({ id }) => id);
    const fresh = fitting.filter(({ id }) => !held.ids.includes(id));
    const gone = held.ids.filter((id) => !ids.includes(id));
    if (ids.length > 0) {
      const cuts = Object.fromEntries(fitting.flatMap(({ id, cut }) => (cut ? [[id, cut]] : [])));
      const entry: StoredHead = { ...rest, ids, cuts, savedAt: Date.now() };
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
      // Of many changes in a row, only the newest is written.
      const saved = inTurn(async () => {
        const newest = latest;
        latest = undefined;
        if (newest) isSaved = await save(newest);
        return isSaved;
      });
      return (await saved) ?? (isSaved = false);
    },
  };
}

/** All drafts in the database, the newest first. */
async function heads(store: UseStore): Promise<[string, StoredHead][]> {
  const names = (await keys<string>(store)).filter((name) => name.startsWith(headPrefix));
  const found = await Promise.all(names.map(async (name) => [name, await get<StoredHead>(name, store)] as const));
  const all = found.filter((entry): entry is [string, StoredHead] => entry[1] !== undefined);
  return all.sort(([, a], [, b]) => b.savedAt - a.savedAt);
}

/** Holds the lock of a draft until the page is closed. False if another tab has it. */
async function claim(name: string): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return true;
  return await new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise(() => undefined);
    };
    locks
      .request(`image2model.${name}`, { signal: AbortSignal.timeout(lockTimeoutMs) }, hold)
      .catch(() => resolve(false));
  });
}
