import { clear, createStore, delMany, get, getMany, keys, setMany, type UseStore } from 'idb-keyval';

/** What is chosen of an upload besides its photos. */
export interface KeptChoices {
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
  load(): Promise<Draft | undefined>;
  save(draft: Draft): Promise<void>;
}

/** Bytes of photos that are kept: a whole batch at its largest. What does not fit is not kept. */
const maxKeptBytes = 260 * 1024 * 1024;
/** A draft that nobody came back to is forgotten. */
const maxAgeMs = 7 * 24 * 3_600_000;
const head = 'draft';
const photoKey = (id: string) => `photo:${id}`;

interface Head extends KeptChoices {
  ids: string[];
  savedAt: number;
}

/** Keeps the draft in the browser's own database, each photo as an entry of its own so that it is written once. */
export function browserDrafts(): Drafts {
  let store: UseStore | undefined;
  const open = () => (store ??= createStore('image2model', 'upload'));
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other, and whatever goes wrong (no room, no database) stays here. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const done = turn.then(work).catch(() => undefined);
    turn = done;
    return done;
  };
  return {
    load: () => inTurn(async () => await load(open())),
    save: async (draft) => {
      await inTurn(async () => await save(open(), draft));
    },
  };
}

async function load(store: UseStore): Promise<Draft | undefined> {
  const found = await get<Head>(head, store);
  if (!found || Date.now() - found.savedAt > maxAgeMs) {
    await clear(store);
    return undefined;
  }
  const { ids, savedAt: _, ...choices } = found;
  const files = await getMany<File>(ids.map(photoKey), store);
  const photos = ids.flatMap((id, index) => {
    const file = files[index];
    return file ? [{ id, file }] : [];
  });
  return { ...choices, photos };
}

async function save(store: UseStore, { photos, ...choices }: Draft): Promise<void> {
  if (photos.length === 0) {
    await clear(store);
    return;
  }
  let bytes = 0;
  const fitting = photos.filter(({ file }) => (bytes += file.size) <= maxKeptBytes);
  const known = new Set(await keys<string>(store));
  const wanted = new Set(fitting.map(({ id }) => photoKey(id)));
  const gone = [...known].filter((key) => key !== head && !wanted.has(key));
  const fresh = fitting.filter(({ id }) => !known.has(photoKey(id)));
  await delMany(gone, store);
  const ids = fitting.map(({ id }) => id);
  const entry: Head = { ...choices, ids, savedAt: Date.now() };
  await setMany([...fresh.map(({ id, file }): [string, unknown] => [photoKey(id), file]), [head, entry]], store);
}
