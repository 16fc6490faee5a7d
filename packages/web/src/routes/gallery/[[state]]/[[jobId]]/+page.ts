import { error } from '@sveltejs/kit';
import type { GalleryPage } from '../../catalogue';
import type { PageLoad } from './$types';

// For development alone: a production build has neither the gallery nor anything that it shows.
export const prerender = false;

export const load: PageLoad = async ({ params }): Promise<GalleryPage> => {
  if (import.meta.env.DEV) {
    const { openState } = await import('../../catalogue');
    return await openState(params.state);
  }
  error(404, 'Not found');
};
