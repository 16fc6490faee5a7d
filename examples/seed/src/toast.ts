import { writable } from 'svelte/store';

/** The messages on the page, newest last. */
export const messages = writable<string[]>([]);

const show = (text: string): void => messages.update((shown) => [...shown, text].slice(-5));

export const toast = { success: show, error: show };
