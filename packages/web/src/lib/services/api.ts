import { ApiService } from '@image2model/client';
import { Session } from '../session/session.svelte.ts';

/**
 * The server that the page came from, with the session's cookie. A request without a valid session waits until somebody
 * has signed in, then continues: the empty key means that none is sent, since the cookie authenticates.
 */
export const api: ApiService = new ApiService({
  credentials: 'same-origin',
  refreshAuth: async () => ((await session.ask()) ? '' : undefined),
});

/** The session of this page. */
export const session = new Session(api);

export default api;
