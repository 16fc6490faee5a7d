/** What is said of masks, in English: the outlines that come with photos. */
export const maskTexts = {
  // Masks that an upload, or a retry, cannot have.
  'mask.undecodable': '{filename} is damaged or incomplete.',
  'mask.type_unsupported': '{filename} is not a type of file that a mask can have; use PNG, WebP or JPEG.',
  'mask.too_many_pixels': '{filename} has more than {max} megapixels.',
  'mask.too_small': '{filename} has {width} × {height} pixels; its long side needs at least {min}.',
  'mask.black': '{filename} keeps nothing of the photo; what is to be kept has to be white, or opaque.',
  'mask.proportions':
    '{filename} has {width} × {height} pixels and its photo {photo_width} × {photo_height}; the proportions have to be the same.',
  'mask.no_photo': '{filename} is of no photo here; name it like its photo, or chair.mask.png for chair.jpg.',
  'mask.several_photos': '{filename} fits more than one photo; give the photos different names.',
  'mask.repeated': '{filename} is not the only mask of its photo; send one for each.',
  'mask.unsupported': 'The model {model} does not use masks; send none, or use another model.',
  'mask.too_many': '{count} masks were sent; at most {max} are accepted at once.',
  'mask.not_a_file': 'The field masks must be a file with a name.',
  'mask.wrong_field': '{filename} must be sent in a field named `masks`.',

  // Masks that are stored.
  'mask.unused': 'The model does not use masks, so it was given the photo as it is.',
  'mask.lost': '{filename}, the mask of {photo}, is missing or damaged on the server. Retry with a new one.',
  'mask.missing': 'The photo has no mask.',
  'file.mask_lost': 'The mask of the photo is missing or damaged on the server; try again with a new one',
} as const;
