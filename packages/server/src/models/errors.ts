import { errorDefinitions } from '@image2model/protocol';
import type { ErrorCode } from '@image2model/protocol';

/**
 * What a model expects to go wrong. `message` is a sentence for the person whose photo it is: no path, key or internal
 * name stands in it. `retryable` says whether the very same work may succeed later; by default as the table of error
 * codes has it.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? errorDefinitions[code].retryable;
  }
}
