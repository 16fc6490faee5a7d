import { ApiService } from '@image2model/client';

/** The server that the page came from, with the session's cookie. */
export const api = new ApiService({ credentials: 'same-origin' });

export default api;
