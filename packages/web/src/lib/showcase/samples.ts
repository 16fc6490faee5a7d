import samples from '../../../static/samples/samples.json';
import { t, type MessageKey } from '../messages/index.ts';

/** The samples that the page offers: their finished models are made by `scripts/samples/models.ts`. */
export const offered: readonly string[] = samples.flatMap(({ file, ...rest }) => ('offered' in rest ? file : []));

/** What belongs to a sample, by the name of its photo. */
export function sampleOf(file: string) {
  const stem = file.replace(/\.\w+$/, '');
  return {
    file,
    // A test keeps the list and the texts in step.
    title: t(`sample.${file}` as MessageKey),
    photo: `/samples/small/${stem}.webp`,
    model: `/samples/models/${stem}.glb`,
    /** The model as the viewer first shows it. */
    poster: `/samples/models/${stem}.webp`,
  };
}
