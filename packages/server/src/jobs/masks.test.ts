import { describe, expect, it } from 'vitest';
import { matchMasks, misfit } from './masks.ts';

const named = (...names: string[]) => names.map((filename, index) => ({ filename, fileId: String(index) }));

/** The place of each mask's photo, or why it has none. */
function match(masks: string[], photos: string[]): unknown[] {
  const sent = named(...masks);
  const { matched, problems } = matchMasks(sent, named(...photos));
  const placeOf = (mask: (typeof sent)[number]) => [...matched].find(([, own]) => own === mask)?.[0];
  return sent.map((mask) => placeOf(mask) ?? problems.find(({ filename }) => filename === mask.filename)?.message_id);
}

describe('a mask is of the photo', () => {
  it('of its name, or of its name but for the ending', () => {
    expect(match(['a.png', 'b.mask.png', 'c.mask.webp', 'd.mask.jpeg'], ['d.webp', 'c.png', 'b.jpg', 'a.png'])).toEqual(
      ['3', '2', '1', '0'],
    );
    expect(match(['a.b.mask.png', 'photo.mask.png', 'x.mask.jpg'], ['a.b.jpg', 'photo', 'x.'])).toEqual([
      '0',
      '1',
      'mask.no_photo',
    ]);
  });

  it('whose long name lost its end as its own did', () => {
    const long = 'x'.repeat(300);
    expect(match([`${long.slice(0, 196)}.png`], [`${long.slice(0, 196)}.jpg`])).toEqual(['0']);
  });

  it('whatever case its letters have, and however they are composed, where none has exactly that name', () => {
    expect(match(['Chair.MASK.PNG', 'Stühle.png'], ['chair.jpg', 'stu\u0308hle.PNG'])).toEqual(['0', '1']);
    expect(match(['a.mask.png', 'A.MASK.png'], ['A.jpg', 'a.jpg'])).toEqual(['1', '0']);
    expect(match(['a.mask.png', 'A.mask.png'], ['a.jpg'])).toEqual(['0', 'mask.repeated']);
    expect(match(['IMG.mask.png'], ['img.jpg', 'Img.jpg'])).toEqual(['mask.several_photos']);
  });

  it('and of no other', () => {
    const no = 'mask.no_photo';
    expect(match(['b.png', 'a.mask.gif', 'a.png.mask.png', 'a'], ['a.png'])).toEqual([no, no, no, no]);
    expect(match(['a.mask.png'], ['a.png', 'a.jpg'])).toEqual(['mask.several_photos']);
    expect(match(['a.mask.png', 'a.png'], ['a.png'])).toEqual(['0', 'mask.repeated']);
    expect(match(['constructor', '__proto__'], ['a.png'])).toEqual([no, no]);
  });
});

it('a mask fits a photo by its proportions, give or take 2 % and the rounding to pixels', () => {
  const fits = (mask: [number, number], photo: [number, number]): boolean =>
    misfit({ filename: 'm', width: mask[0], height: mask[1] }, { width: photo[0], height: photo[1] }).length === 0;
  expect(fits([320, 213], [3000, 2000])).toBe(true);
  expect(fits([1000, 1019], [500, 500])).toBe(true);
  expect(fits([1000, 1021], [500, 500])).toBe(false);
  expect(fits([1019, 1000], [500, 500])).toBe(true);
  expect(fits([1021, 1000], [500, 500])).toBe(false);
  expect(fits([320, 4], [8000, 81])).toBe(true);
  expect(fits([320, 5], [8000, 81])).toBe(false);
  expect(fits([4, 320], [81, 8000])).toBe(true);
  expect(fits([200, 300], [300, 200])).toBe(false);
});
