import { applyLanguage } from '$lib/messages';
import type { LayoutLoad } from './$types';

// Everything the pages show comes from the API, so there is nothing to render in advance.
export const ssr = false;
// Each route gets its own HTML file, which names the scripts and styles of that route.
export const prerender = true;

/** The texts are loaded before the first of them is shown. */
export const load: LayoutLoad = applyLanguage;
