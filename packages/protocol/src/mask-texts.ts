/** What is said of masks, in English: the outlines that come with photos. */
export const maskTexts = {
  // Masks that an upload, or a retry, cannot have.
  'mask.undecodable': '{filename} is damaged or incomplete.',
  'mask.type_unsupported': '{filename} can’t be used as a mask; use PNG, WebP or JPEG.',
  'mask.too_many_pixels': '{filename} has more than {max} megapixels.',
  'mask.too_small': '{filename} is {width} × {height} pixels; its long side needs at least {min}.',
  'mask.black': '{filename} keeps nothing of the photo; the part to keep must be white, or opaque.',
  'mask.proportions':
    '{filename} is {width} × {height} pixels but its photo is {photo_width} × {photo_height}; the proportions must match.',
  'mask.no_photo': '{filename} matches no photo here; name it like its photo, or chair.mask.png for chair.jpg.',
  'mask.several_photos': '{filename} matches more than one photo; give the photos different names.',
  'mask.repeated': '{filename} is not the only mask for its photo; send one per photo.',
  'mask.unsupported': 'The model {model} doesn’t use masks; send none, or use another model.',
  'mask.too_many': '{count} masks were sent; at most {max} are accepted at once.',
  'mask.not_a_file': 'The field masks must be a file with a name.',
  'mask.wrong_field': '{filename} must be sent in a field named `masks`.',

  'mask.drop_not_run': '{filename} can only lose its mask when it is run again; add it to `file_ids`.',
  'mask.drop_and_new': '{filename} cannot lose its mask and get a new one at once; send one of the two.',

  // Masks that are stored.
  'mask.unused': 'The model doesn’t use masks, so it was given the photo without one.',
  'mask.lost': '{filename}, the mask for {photo}, is missing or damaged on the server. Retry with a new one.',
  'mask.missing': 'The photo has no mask.',
  'file.mask_lost': 'The photo’s mask is missing or damaged on the server; retry with a new one',
} as const;
