import { t } from '$lib/messages';
import ErrorPage from '../../+error.svelte';
import SettingsPage from '../../settings/+page.svelte';
import { empty, serverWith } from '../answers.ts';
import HistoryPage from '../../history/+page.svelte';
import Controls from '../sheets/Controls.svelte';
import { appear, type GalleryGroup, named } from '../state.ts';

const signedIn = { ...empty, 'GET /session': () => Response.json({ authenticated: true, required: true }) };

export const others: GalleryGroup = {
  title: 'Settings, errors, components',
  states: [
    { id: 'settings', title: 'Settings of an open server', shown: SettingsPage },
    { id: 'settings-signed-in', title: 'Settings, signed in', shown: SettingsPage, wire: () => signedIn },
    { id: 'error', title: 'Something went wrong', shown: ErrorPage },
    { id: 'controls', title: 'Buttons, badges, bars', shown: Controls },
    {
      id: 'confirm',
      title: 'A question before something is deleted',
      shown: HistoryPage,
      wire: () => serverWith({ status: 'completed', shots: [{ photo: 1, status: 'completed' }] }),
      enter: async () => {
        (await appear(() => named(t('history.remove', { names: 'teapot.jpg' })))).click();
        await appear(() => document.querySelector('dialog:modal'));
      },
    },
  ],
};
