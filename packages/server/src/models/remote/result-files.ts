/** A file of a result, at the provider. */
export interface RemoteFile {
  url: string;
  /** Lower case, without the dot: one of {@link contentTypeOf}, or `bin`. */
  extension: string;
}

/** The files that a job came to. */
export interface ResultFiles {
  /** Where the GLB may be, the best one first. */
  models: readonly RemoteFile[];
  /** A picture of it. */
  preview?: RemoteFile | undefined;
  /** What else is kept; several files of a name are numbered. */
  extras: readonly { name: string; files: readonly RemoteFile[] }[];
}

const fallbackType = 'application/octet-stream';
const contentTypes: ReadonlyMap<string, string> = new Map([
  ['glb', 'model/gltf-binary'],
  ['obj', 'model/obj'],
  ['mtl', 'model/mtl'],
  ['fbx', fallbackType],
  ['usdz', 'model/vnd.usdz+zip'],
  ['stl', 'model/stl'],
  ['zip', 'application/zip'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
]);

/** By the extension, of what models give; anything else is kept as bytes without a type. */
export function contentTypeOf(extension: string): string {
  return contentTypes.get(extension) ?? fallbackType;
}

/** A file by its address, and the name that the provider gave it, if any. */
export function remoteFile(url: string, name?: unknown): RemoteFile {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const endings = [name, path].flatMap((text) =>
    typeof text === 'string' ? (/\.(\w{1,5})$/.exec(text)?.[1]?.toLowerCase() ?? []) : [],
  );
  return { url, extension: endings.find((ending) => contentTypes.has(ending)) ?? 'bin' };
}
