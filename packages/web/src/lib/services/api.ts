import { ApiService } from '@image2model/client';
import { Session } from '../session/session.svelte.ts';

/**
 * The server that the page came from, with the session's cookie. What it refuses for want of a session waits until
 * somebody has signed in, and goes on: the empty key says that there is none to send, the cookie does it.
 */
export const api: ApiService = new ApiService({
  credentials: 'same-origin',
  refreshAuth: async () => ((await session.ask()) ? '' : undefined),
});

/** Who is using the page. */
export const session = new Session(api);

export default api;
