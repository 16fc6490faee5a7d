import { afterEach, expect, test, vi } from 'vitest';
import { serve } from '../../../test/serve.ts';

const real = fetch;
afterEach(() => void vi.unstubAllGlobals());
import { inFormat, SharedModels } from './shared-models.svelte.ts';

const file = (name: string, more: object = {}) => ({
  file_id: name,
  filename: `${name}.glb`,
  size: 1,
  mime_type: 'model/gltf-binary',
  created_time: '2026-11-29T22:00:00.000Z',
  sha256: '',
  statistics: {},
  url: `https://models.example/api/v1/shared/t/${name}.glb`,
  rendered_image: { url: `https://models.example/api/v1/shared/t/${name}.webp` },
  ...more,
});
const answer = {
  scope: 'job',
  created_at: '2026-11-29T22:00:00.000Z',
  expires_at: null,
  formats: ['glb', 'stl'],
  archive_url: 'https://models.example/api/v1/shared/t/archive',
  files: [file('a'), file('b', { missing: true }), file('c')],
};

async function opened(status: number, body: object | string) {
  const asked: string[] = [];
  const origin = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(origin + path, init));
  const shared = new SharedModels('t/../x');
  await shared.load();
  return { shared, asked };
}

test('a link shows its models, from the server that the page came from', async () => {
  const { shared, asked } = await opened(200, answer);
  expect(asked).toEqual(['/api/v1/shared/t%2F..%2Fx']);
  expect(shared.phase).toBe('ready');
  expect(shared.models.map(({ url }) => url)).toEqual(['/api/v1/shared/t/a.glb', '/api/v1/shared/t/c.glb']);
  expect(shared.models[0]?.rendered_image?.url).toBe('/api/v1/shared/t/a.webp');
  expect(shared.archiveUrl).toBe('/api/v1/shared/t/archive');
  expect(shared.formats).toEqual(['glb', 'stl']);
  expect(shared.chosen?.file_id).toBe('a');
  shared.choose('c');
  expect(shared.chosen && inFormat(shared.chosen, 'stl')).toBe('/api/v1/shared/t/c.glb?format=stl');
});

test.each([
  ['over', 404, { code: 'SHARE_NOT_FOUND', detail: '' }],
  ['failed', 429, { code: 'RATE_LIMITED', detail: '' }],
  ['failed', 502, 'a proxy speaks'],
  ['none', 200, { ...answer, files: [file('b', { missing: true })] }],
] as const)('a link is %s where the server answers %i', async (phase, status, body) => {
  expect((await opened(status, body)).shared.phase).toBe(phase);
});
