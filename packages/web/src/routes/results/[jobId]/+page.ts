import type { EntryGenerator } from './$types';

// One file for all jobs: its name stands for whichever id is asked for.
export const entries: EntryGenerator = () => [{ jobId: '[jobId]' }];
