import { toast as sonner } from 'svelte-sonner';

interface ToastOptions {
  /** A second line. */
  description?: string;
  /** The same id replaces what is shown instead of adding to it. */
  id?: string;
  /** Milliseconds; by default as long as the text takes to read, longer for errors. */
  duration?: number;
}

/**
 * Short messages at the edge of the page. Screen readers announce them politely, and they never take the focus; each can
 * be swiped or clicked away, and their time stops while the pointer rests on them or the tab is hidden.
 */
export const toast = {
  success: (message: string, options: ToastOptions = {}) =>
    void sonner.success(message, { duration: readingMs(message, 4000), ...options }),
  error: (message: string, options: ToastOptions = {}) =>
    void sonner.error(message, { duration: readingMs(message, 12_000), ...options }),
  info: (message: string, options: ToastOptions = {}) =>
    void sonner.info(message, { duration: readingMs(message, 4000), ...options }),
};

/** Two seconds to notice it, then ten characters a second for a slow reader. */
function readingMs(text: string, minMs: number): number {
  return Math.max(minMs, 2000 + text.length * 100);
}
