import type { CallError } from '../messages/error-kind.ts';

/** How to reach the server; `signIn` resolves with whether somebody did. */
export interface AskOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  json?: object;
  signIn?: () => Promise<boolean>;
}

/** Asks the server of the page for JSON; where it needs a session, once more after signing in. */
export async function ask<Answer extends object>(path: string, options: AskOptions = {}): Promise<Answer | CallError> {
  const { method = 'GET', json, signIn } = options;
  const init: RequestInit = { method, headers: { Accept: 'application/json' } };
  if (json) Object.assign(init, { body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } });
  const response = await fetch(`/api/v1${path}`, init).catch(() => undefined);
  if (!response) return { code: 'NETWORK_ERROR', error: '' };
  if (response.status === 401 && (await signIn?.())) return await ask(path, { method, ...(json && { json }) });
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) return { code: `HTTP_${response.status}`, error: '' };
  if (response.ok) return body as Answer;
  const { code, detail } = body as { code?: unknown; detail?: unknown };
  return {
    code: typeof code === 'string' ? code : `HTTP_${response.status}`,
    error: typeof detail === 'string' ? detail : '',
  };
}

/** Whether an answer says that the call did not succeed. */
export function isError(answer: object): answer is CallError {
  return 'error' in answer && 'code' in answer;
}
