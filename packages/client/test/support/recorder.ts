import type { ProgressCallbacks } from '../../src/callbacks.ts';
import type { ReconnectInfo } from '../../src/connection-options.ts';
import type { ApiError } from '../../src/errors.ts';

/** Callbacks that write down what they are told, and promises for what a test waits for. */
export function recorder() {
  /** `progress 50`, `file 100`, `completed`, … in the order of their coming. */
  const told: string[] = [];
  const sequences: number[] = [];
  const errors: ApiError[] = [];
  const reconnects: ReconnectInfo[] = [];
  let waiting: (() => void)[] = [];
  const count = (text: string) => told.filter((one) => one === text).length;
  const note = (text: string) => {
    told.push(text);
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
    onTaskUpdate: (type, data) => {
      sequences.push(data.sequence);
      note(`update ${type}`);
    },
    onOpen: () => note('open'),
    onReconnecting: (info) => {
      reconnects.push(info);
      note('reconnecting');
    },
  };
  return {
    told,
    sequences,
    errors,
    reconnects,
    callbacks,
    /** Resolves once something has been told so many times. */
    when: async (text: string, times = 1) => {
      while (count(text) < times) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** What was told of one kind. */
    only: (...kinds: string[]) => told.filter((one) => kinds.includes(one.split(' ')[0] ?? '')),
  };
}
