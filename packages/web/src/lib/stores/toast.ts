import { toast as sonner } from 'svelte-sonner';

interface ToastOptions {
  /** A second line. */
  description?: string;
  /** The same id replaces what is shown instead of adding to it. */
  id?: string;
  /** Milliseconds; errors stay longer than the rest. */
  duration?: number;
}

/** Short messages at the edge of the page. They are read out politely and never take the focus. */
export const toast = {
  success: (message: string, options: ToastOptions = {}) => void sonner.success(message, options),
  error: (message: string, options: ToastOptions = {}) => void sonner.error(message, { duration: 10_000, ...options }),
  info: (message: string, options: ToastOptions = {}) => void sonner.info(message, options),
};
