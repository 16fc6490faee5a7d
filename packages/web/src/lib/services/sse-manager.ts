import { combineTasks, SSEManager } from '@image2model/client';
import { api } from './api';

/** The streams of the pages that show many tasks: one connection for all of them, which comes back by itself. */
export default new SSEManager({ api, open: combineTasks(), maxRetries: Infinity });
