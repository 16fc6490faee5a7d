import type { Component } from 'svelte';
import type { Wire } from './wire.ts';

/** One thing to look at: a page or a component, in one of its states. */
export interface GalleryState {
  /** The last part of its address: `/gallery/<id>`. */
  id: string;
  title: string;
  /** The page or the sheet of components that is shown. */
  shown: Component;
  /** What stands for the server. Default: one with nothing on it. */
  wire?: () => Wire;
  /** The parts of the address that the page reads: the job for results, the task for progress. */
  address?: { jobId?: string; taskId?: string };
  /** Brings the page into the state by its own controls, as a person would. */
  enter?: () => void | Promise<void>;
  /** Whether the page has to be reloaded, since its layout asks the server once. */
  fresh?: true;
}

/** A group of states, in the order of a visit. */
export interface GalleryGroup {
  title: string;
  states: readonly GalleryState[];
}

/** The address of a state within the gallery. */
export function addressOf({ id, address }: Pick<GalleryState, 'id' | 'address'>): string {
  const job = address?.jobId === undefined ? '' : `/${address.jobId}`;
  return `/gallery/${id}${job}${address?.taskId === undefined ? '' : `?taskId=${address.taskId}`}`;
}

/** The element, as soon as the page shows it. Rejects after a minute. */
export async function appear<T extends Element = HTMLElement>(find: () => T | null | undefined): Promise<T> {
  const signal = AbortSignal.timeout(60_000);
  for (;;) {
    const found = find();
    if (found) return found;
    signal.throwIfAborted();
    await new Promise(requestAnimationFrame);
  }
}

/** The button or link whose name holds `text`. */
export function named(text: string): HTMLElement | undefined {
  const controls = [...document.querySelectorAll<HTMLElement>('main :is(button, a, summary)')];
  return controls.find((control) => `${control.ariaLabel ?? ''} ${control.textContent}`.includes(text));
}

function labelled(label: string): HTMLInputElement | undefined {
  const fields = [...document.querySelectorAll('input')];
  return fields.find(({ labels }) => labels?.[0]?.textContent.trim() === label);
}

/** Types into the field with this label. */
export async function fill(label: string, text: string): Promise<void> {
  const field = await appear(() => labelled(label));
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Gives files to the page as if somebody had pasted them. */
export async function paste(files: readonly File[]): Promise<void> {
  await appear(() => document.querySelector('input[type=file]'));
  const clipboardData = new DataTransfer();
  for (const file of files) clipboardData.items.add(file);
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}

/** A sample photo as a file that somebody has. */
export async function sample(name: string, filename = name): Promise<File> {
  const blob = await (await fetch(`/samples/${name}`)).blob();
  return new File([blob], filename, { type: blob.type });
}
