import { error } from '@sveltejs/kit';
import { current } from '$lib/upload/current.svelte';
import type { Component } from 'svelte';
import { empty } from './answers.ts';
import Index from './sheets/Index.svelte';
import type { GalleryGroup } from './state.ts';
import { history } from './states/history.ts';
import { others } from './states/others.ts';
import { processing } from './states/processing.ts';
import { results } from './states/results.ts';
import { upload } from './states/upload.ts';
import { talkTo } from './wire.ts';

/** What the gallery shows. */
export interface GalleryPage {
  id: string;
  shown: Component<Record<string, unknown>>;
  props: Record<string, unknown>;
  enter: () => Promise<void>;
}

/** Every state there is, by group. */
export const groups: readonly GalleryGroup[] = [upload, processing, results, history, others];

/**
 * Prepares the page for a state: its wire in place of the server, and nothing left of the state before. Without a state,
 * the list of all.
 *
 * @throws a 404 page for an unknown state
 */
export async function openState(id: string | undefined): Promise<GalleryPage> {
  await forget();
  const state = groups.flatMap(({ states }) => states).find((each) => each.id === id);
  if (id !== undefined && state === undefined) error(404, 'Not found');
  talkTo(state?.wire?.() ?? empty);
  const shown = (state?.shown ?? Index) as GalleryPage['shown'];
  const props = state === undefined ? { groups } : {};
  return {
    id: id ?? 'index',
    shown,
    props,
    async enter() {
      await state?.enter?.();
      // A test that takes pictures waits for it.
      document.documentElement.dataset.gallery = id ?? 'index';
    },
  };
}

/** Removes what pages keep in the browser, and what a state has overridden. */
async function forget(): Promise<void> {
  delete document.documentElement.dataset.gallery;
  current.batch?.close();
  current.batch = undefined;
  Reflect.deleteProperty(navigator, 'onLine');
  for (const key of Object.keys(localStorage)) if (key !== 'image2model.theme') localStorage.removeItem(key);
  for (const { name } of await indexedDB.databases()) if (name !== undefined) await clear(name);
}

/** Empties a database rather than deleting it, which would wait for a page that has it open. */
function clear(name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const request = indexedDB.open(name);
  request.addEventListener('error', () => resolve());
  request.addEventListener('success', () => {
    const { result: database } = request;
    const stores = [...database.objectStoreNames];
    if (stores.length === 0) resolve();
    else {
      const transaction = database.transaction(stores, 'readwrite');
      for (const store of stores) transaction.objectStore(store).clear();
      transaction.addEventListener('complete', () => resolve());
    }
    database.close();
  });
  return promise;
}
