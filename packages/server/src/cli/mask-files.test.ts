import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { readInputs } from './inputs.ts';
import { placeMasks, separateMasks } from './mask-files.ts';

/** The mask of each photo in a folder of these files; `asked` are those of `--mask`. */
async function placed(files: string[], photos: string[], asked?: string[]): Promise<(string | undefined)[]> {
  const directory = await temporaryDirectory();
  const path = (name: string): string => join(directory, name);
  for (const name of files) await writeFile(path(name), '');
  const inputs = await readInputs(photos.map(path));
  await placeMasks(inputs, asked?.map(path), []);
  return inputs.map(({ mask }) => mask && basename(mask.path));
}

it('finds the mask beside a photo whatever case its letters have, and however they are composed', async () => {
  expect(await placed(['chair.jpg', 'Chair.MASK.PNG'], ['chair.jpg'])).toEqual(['Chair.MASK.PNG']);
  expect(await placed(['stühle.jpg', 'stu\u0308hle.mask.png'], ['stühle.jpg'])).toEqual(['stu\u0308hle.mask.png']);
  expect(await placed(['a.jpg', 'a.mask.png', 'A.mask.png', 'a.mask.WEBP'], ['a.jpg'])).toEqual(['a.mask.png']);
});

it('leaves a mask to the photo of exactly its name, also where that is not converted', async () => {
  const files = ['a.jpg', 'A.jpg', 'A.mask.png'];
  expect(await placed(files, ['a.jpg', 'A.jpg'])).toEqual([undefined, 'A.mask.png']);
  expect(await placed(files, ['a.jpg'])).toEqual([undefined]);
});

it('finds the photo of a mask that is asked for in the same way', async () => {
  const files = ['one.jpg', 'ONE.png', 'two.jpg', 'Two.mask.png', 'one.MASK.png', 'TWO.scene.mask.png'];
  const photos = ['one.jpg', 'ONE.png', 'two.jpg'];
  expect(await placed(files, photos, ['one.MASK.png', 'TWO.scene.mask.png'])).toEqual([
    'one.MASK.png',
    undefined,
    'TWO.scene.mask.png',
  ]);
});

it('tells masks from photos by their endings, in any case', () => {
  expect(separateMasks(['a.png', 'b/A.Mask.JPEG', '.mask.png', 'masks/c.png'])).toEqual({
    photos: ['a.png', '.mask.png', 'masks/c.png'],
    masks: ['b/A.Mask.JPEG'],
  });
});
