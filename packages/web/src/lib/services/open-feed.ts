import { type OpenFeed, shareAcrossTabs } from '@image2model/client';

/**
 * How the pages follow tasks: one connection for all tasks of all tabs, since a browser opens at most six to a server over
 * HTTP/1.1, and an open stream occupies one of them.
 */
export const openShared: OpenFeed = shareAcrossTabs();
