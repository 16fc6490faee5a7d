import { applyLanguage } from '$lib/messages';
import type { LayoutLoad } from './$types';

// Everything the pages show comes from the API, so there is nothing to render ahead of the browser.
export const ssr = false;
// Each route gets an HTML file of its own, which names the scripts and styles of that route.
export const prerender = true;

/** The words are here before the first of them is shown. */
export const load: LayoutLoad = applyLanguage;
