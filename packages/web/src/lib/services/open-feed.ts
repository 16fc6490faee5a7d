import { type OpenFeed, shareAcrossTabs } from '@image2model/client';

/**
 * How the pages follow tasks: one connection for all tasks of all tabs, since a browser gives a server six over
 * HTTP/1.1, and an open stream takes one of them for good.
 */
export const openShared: OpenFeed = shareAcrossTabs();
