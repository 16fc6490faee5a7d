import { ApiService } from '@image2model/client';

/** For what is sent while the page is being left: the browser delivers it all the same. */
export const lastingApi: ApiService = new ApiService({
  credentials: 'same-origin',
  fetch: async (input, init) => await fetch(input, { ...init, keepalive: true }),
});
