import { toast as sonner } from 'svelte-sonner';

interface ToastOptions {
  /** A second line. */
  description?: string;
  /** The same id replaces what is shown instead of adding to it. */
  id?: string;
  /** Milliseconds; by default as long as the text takes to read, and errors longer than the rest. */
  duration?: number;
}

/**
 * Short messages at the edge of the page. They are read out politely and never take the focus; each can be pushed or
 * clicked away, and while the pointer rests on them, or the tab is hidden, their time stands still.
 */
export const toast = {
  success: (message: string, options: ToastOptions = {}) =>
    void sonner.success(message, { duration: readingMs(message, 4000), ...options }),
  error: (message: string, options: ToastOptions = {}) =>
    void sonner.error(message, { duration: readingMs(message, 12_000), ...options }),
  info: (message: string, options: ToastOptions = {}) =>
    void sonner.info(message, { duration: readingMs(message, 4000), ...options }),
};

/** Two seconds to notice it and, read slowly, ten characters a second. */
function readingMs(text: string, minMs: number): number {
  return Math.max(minMs, 2000 + text.length * 100);
}
