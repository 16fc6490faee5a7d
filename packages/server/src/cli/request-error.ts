import type { Failure } from '@image2model/client';
import { ServerError, UsageError } from './exit.ts';
import { cliMessage } from './texts.ts';

/** Codes of requests that are wrong as they are. */
const wrongRequest = ['INVALID_FACE_LIMIT', 'UNKNOWN_MODEL', 'INVALID_OPTIONS'];

/** A rejected request where no single file is to blame: the options are wrong, or the server cannot be used. */
export function requestError(failure: Failure): Error {
  const { error: text, code, status, messageId: id, messageValues: values } = failure;
  if (wrongRequest.includes(code)) return new UsageError({ text, id, values });
  if (code === 'INVALID_API_KEY') return new UsageError(cliMessage('cli.key_unusable'));
  if (code === 'MASK_UNSUPPORTED') return new UsageError(cliMessage('cli.masks_unsupported', values));
  if (code === 'NETWORK_ERROR') {
    return new ServerError(cliMessage('cli.unreachable', { reason: rootReason(failure.cause) }));
  }
  if (code === 'INVALID_RESPONSE' || code.startsWith('HTTP_')) {
    return new ServerError(cliMessage('cli.foreign_answer', { status }));
  }
  const ours = code === 'UNAUTHENTICATED' ? { id: 'cli.key_rejected' } : { id, values };
  return new ServerError({ text: `${text} (${code})`, ...ours });
}

/** What the system said of a connection that failed: `fetch` only says that it did. */
function rootReason(error: Error): string {
  if (error.cause instanceof Error) return rootReason(error.cause);
  // One attempt for each address of a name leaves several errors, and no message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
