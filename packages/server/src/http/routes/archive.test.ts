import type { ModelFile } from '@image2model/protocol';
import { expect, it } from 'vitest';
import { packable } from './archive.ts';

const result: ModelFile = {
  file_id: '0197f3c4-0000-7000-8000-000000000001',
  filename: 'chair.glb',
  size: 1,
  mime_type: 'model/gltf-binary',
  created_time: '2026-11-20T09:30:00Z',
  rendered_image: { url: '/chair.webp' },
  sha256: '0'.repeat(64),
  statistics: {},
  extra_files: [{ filename: 'Chair.usdz', size: 1, mime_type: 'model/vnd.usdz+zip', url: '/Chair.usdz' }],
};
const models = [{ place: { jobId: 'j', fileId: 'f', attemptId: 'a' }, result, lost: [] }];
const namesIn = (format: 'glb' | 'obj' | 'usdz', sizeMm?: number) =>
  packable(models, { format, placement: { sizeMm } }).files.map(({ filename, form }) => [filename, form !== undefined]);

it('an archive converts the models alone, and names none like a file that came with it', () => {
  const others = [
    ['chair.webp', false],
    ['Chair.usdz', false],
  ];
  expect(namesIn('glb')).toEqual([['chair.glb', false], ...others]);
  expect(namesIn('glb', 50)).toEqual([['chair.glb', true], ...others]);
  expect(namesIn('obj')).toEqual([['chair.zip', true], ...others]);
  expect(namesIn('usdz')).toEqual([['chair-2.usdz', true], ...others]);
});
