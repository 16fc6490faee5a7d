import type { EntryGenerator } from './$types';

// One file for all links: its name stands for whichever token is asked for.
export const entries: EntryGenerator = () => [{ token: '[token]' }];
