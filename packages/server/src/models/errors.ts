import { errorDefinitions, message } from '@image2model/protocol';
import type { ErrorCode, Message } from '@image2model/protocol';

/**
 * What a model expects to go wrong. `said` is for the person whose photo it is: no path, key or internal name stands in
 * it. `retryable` says whether the very same work may succeed later; by default as the table of error codes has it.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ErrorCode;
  readonly said: Message;
  readonly retryable: boolean;

  constructor(code: ErrorCode, said: Message, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(said.text, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.said = said;
    this.retryable = options.retryable ?? errorDefinitions[code].retryable;
  }
}

/** That a model is not among these, and which there are. */
export function unknownModel(models: ReadonlyMap<string, unknown>): Message {
  return message('error.unknown_model', { models: [...models.keys()].join(', ') });
}
