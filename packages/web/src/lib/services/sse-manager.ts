import { SSEManager } from '@image2model/client';
import { api } from './api';
import { openShared } from './open-feed';

/** The streams of the pages that show many tasks; they reconnect by themselves. */
export default new SSEManager({ api, open: openShared, maxRetries: Infinity });
