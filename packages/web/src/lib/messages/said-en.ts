/** What a sentence of the server is in other words; `$1` is what was in the brackets. */
export type SaidWords = readonly (readonly [RegExp, string])[];

/** What the server says of its tasks where the pages have other words for it. */
export const saidEn: SaidWords = [
  [/^All 2 models are ready$/, 'Both models are ready'],
  [/^1 of (\d+) models are ready$/, '1 of $1 models is ready'],
  [/^No object stands out; give a mask, .*$/, 'No object stands out in the photo.'],
  [/^(The image is .* pixels), thinner than 1:(\d+);.*$/, '$1 and narrower than 1:$2.'],
  [/^(.* not supported); save it as JPEG, PNG or WebP\.$/, '$1.'],
  [/^(The image has more than .* megapixels); make it smaller\.$/, '$1.'],
  [
    /^The image is fully transparent: there is nothing to model\.$/,
    'The photo is fully transparent: it shows nothing.',
  ],
  [/(where its outline is wrong), give a mask or a cut-out picture\.$/, '$1, a cut-out photo helps.'],
  [
    /^(No clear object stands out, so the whole picture became a relief); .*$/,
    '$1. A cut-out, or a photo on a plain background, becomes a solid object.',
  ],
  [/^None of the (\d+) images became a model$/, 'None of the $1 photos became a model'],
  [/^(\d+) of (\d+) images done$/, '$1 of $2 photos done'],
  [/^The task was cancelled$/, 'The batch was cancelled'],
  [/^Handed back to the queue$/, 'Back in the queue'],
  [/^The worker stopped before it was done with this image$/, 'The work on this photo broke off'],
  [/^The worker stopped while it worked on this image$/, 'The work on this photo broke off'],
  [/^The worker stopped twice on this image$/, 'The work on this photo broke off twice'],
  [/^The server stopped each time that it worked on this image$/, 'The server stopped each time at this photo'],
  [/^The image /, 'The photo '],
];
