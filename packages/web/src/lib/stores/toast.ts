import { toast as sonner } from 'svelte-sonner';

interface ToastOptions {
  /** A second line. */
  description?: string;
  /** The same id replaces what is shown instead of adding to it. */
  id?: string;
}

/**
 * Short messages at the edge of the page. Screen readers announce them politely, and they never take the focus; each can
 * be swiped or clicked away, and their time stops while the pointer rests on them or the tab is hidden.
 */
export const toast = { success: shower('success', 4000), error: shower('error', 12_000), info: shower('info', 4000) };

function shower(kind: 'success' | 'error' | 'info', minMs: number) {
  return (message: string, options: ToastOptions = {}): void => {
    // Two seconds to notice it, then ten characters a second for a slow reader.
    sonner[kind](message, { duration: Math.max(minMs, 2000 + message.length * 100), ...options });
  };
}
