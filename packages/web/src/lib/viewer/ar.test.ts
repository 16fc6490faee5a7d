import { expect, test } from 'vitest';
import { sceneViewerIntent } from './ar.ts';

test('an intent has the model, its title and a fallback, each encoded', () => {
  const url = 'https://models.example/api/v1/download/j/chair%20%231.glb?ticket=a%26b';
  const intent = sceneViewerIntent({ url, title: 'chair #1; red', fallback: 'https://models.example/results/j' });
  const [address = '', extras = ''] = intent.split('#Intent;');
  const query = new URL(address.replace(/^intent:/, 'https:')).searchParams;
  expect(Object.fromEntries(query)).toEqual({ file: url, mode: 'ar_preferred', title: 'chair #1; red' });
  expect(extras.split(';')).toEqual([
    'scheme=https',
    'package=com.google.android.googlequicksearchbox',
    'action=android.intent.action.VIEW',
    'S.browser_fallback_url=https%3A%2F%2Fmodels.example%2Fresults%2Fj',
    'end',
    '',
  ]);
});
