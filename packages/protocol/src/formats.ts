/** Formats that a model can be downloaded in; `obj` comes as a ZIP with its material and texture. */
export const downloadFormats = ['glb', 'obj', 'stl', 'ply', 'usdz', '3mf'] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

/** Where the origin of a downloaded model can be: under the middle of its bounding box, or in it. */
export const origins = ['bottom', 'center'] as const;
export type Origin = (typeof origins)[number];
