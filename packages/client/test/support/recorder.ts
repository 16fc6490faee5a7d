import type { ProgressCallbacks } from '../../src/callbacks.ts';
import type { ReconnectInfo } from '../../src/connection-options.ts';
import type { ApiError } from '../../src/errors.ts';

/** Callbacks that record their calls, and promises to wait for them. */
export function recorder() {
  /** `progress 50`, `file 100`, `complete`, … in the order of the calls. */
  const calls: string[] = [];
  const errors: ApiError[] = [];
  const reconnects: ReconnectInfo[] = [];
  let waiting: (() => void)[] = [];
  const count = (text: string) => calls.filter((one) => one === text).length;
  const note = (text: string) => {
    calls.push(text);
    for (const wake of waiting) wake();
    waiting = [];
  };
  const callbacks: Required<ProgressCallbacks> = {
    onProgress: (data) => note(`progress ${data.progress}`),
    onFileUpdate: (data) => note(`file ${data.progress}`),
    onComplete: () => note('complete'),
    onCancelled: () => note('cancelled'),
    onError: (error) => {
      errors.push(error);
      note('error');
    },
    onTaskUpdate: (...[type]) => note(`update ${type}`),
    onOpen: () => note('open'),
    onReconnecting: (info) => {
      reconnects.push(info);
      note('reconnecting');
    },
  };
  return {
    calls,
    errors,
    reconnects,
    callbacks,
    /** Resolves once a call has been made so many times. */
    when: async (text: string, times = 1) => {
      while (count(text) < times) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** The calls of some kinds. */
    only: (...kinds: string[]) => calls.filter((one) => kinds.includes(one.split(' ')[0] ?? '')),
  };
}
