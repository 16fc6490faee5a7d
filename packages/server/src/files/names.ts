import { basename, extname } from 'node:path';
import type { DownloadFormat } from '@image2model/protocol';

/** UTF-8 bytes of a name: a file system allows 255, and a model's name adds a count and an extension to it. */
const maxNameBytes = 200;

// Control characters, invisible marks and those that turn the direction of writing: with them `gpj.exe` can look like
// `exe.jpg`. The joiners (U+200C, U+200D) stay, since Persian and Indic names are spelt with them.
const hidden = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
// What Windows refuses in a name, and what a shell or a URL would read as something else.
const awkward = /[<>:"|?*\\/%#]/g;

/**
 * The name of an uploaded file as it is stored and shown: the last part of whatever path was sent, composed (NFC),
 * without hidden characters, bounded in length with its extension kept. Never empty; not unique within a job.
 */
export function cleanFilename(sent: string): string {
  const base = sent.toWellFormed().normalize('NFC').replaceAll(hidden, '').split(/[\\/]/).at(-1) ?? '';
  const name = base.trim().replace(/[. ]+$/, '');
  if (name === '' || /^\.+$/.test(name)) return 'photo';
  const { stem, extension } = split(name);
  return truncate(stem, maxNameBytes - Buffer.byteLength(extension)) + extension;
}

interface NamedFile {
  fileId: string;
  filename: string;
}

/**
 * The name of a file's finished model, `chair.glb` for `chair.png`. Files of one job that share a name are numbered
 * in their order (`chair-2.glb`), so the name depends on the job's files alone and never on which was ready first.
 */
export function modelFilename(files: readonly NamedFile[], fileId: string): string {
  return modelFilenames(files).get(fileId) ?? 'model.glb';
}

/** The names of all models of a job by file id; see {@link modelFilename}. */
export function modelFilenames(files: readonly NamedFile[]): Map<string, string> {
  const used = new Set<string>();
  const names = new Map<string, string>();
  for (const file of files.toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1))) {
    const stem = modelStem(file.filename);
    let unique = stem;
    // Compared without case: on many file systems `Chair.glb` and `chair.glb` are the same file.
    for (let count = 2; used.has(unique.toLowerCase()); count += 1) unique = `${stem}-${count}`;
    used.add(unique.toLowerCase());
    names.set(file.fileId, `${unique}.glb`);
  }
  return names;
}

/** The name of a model's preview picture, from the model's own. */
export function previewFilename(modelName: string): string {
  return modelName.replace(/\.glb$/, '.webp');
}

/** What a model is called once it is converted. */
export function convertedFilename(modelName: string, format: DownloadFormat): string {
  return modelName.replace(/\.glb$/, `.${extensionOf(format)}`);
}

/** The extension of a format, without the dot; an OBJ comes in a ZIP with its material and texture. */
export function extensionOf(format: DownloadFormat): string {
  return format === 'obj' ? 'zip' : format;
}

/**
 * The names of what came beside a file's model, `chair.fbx` and `chair-base.glb` for `chair.glb`, in the order given.
 * None of them is the name of another file's model or of something beside that.
 */
export function extraFilenames(
  files: readonly NamedFile[],
  fileId: string,
  extras: readonly { name: string; extension: string }[],
): string[] {
  const stems = new Set([...modelFilenames(files).values()].map((name) => name.slice(0, -'.glb'.length).toLowerCase()));
  const own = modelFilename(files, fileId).slice(0, -'.glb'.length);
  const used = new Set<string>([`${own}.glb`.toLowerCase(), `${own}.webp`.toLowerCase()]);
  return extras.map(({ name, extension }) => {
    const stem = name === extension ? own : `${own}-${name}`;
    let unique = stem;
    const isUsed = (): boolean =>
      used.has(`${unique}.${extension}`.toLowerCase()) || (unique !== own && stems.has(unique.toLowerCase()));
    for (let count = 2; isUsed(); count += 1) unique = `${stem}-${count}`;
    used.add(`${unique}.${extension}`.toLowerCase());
    return `${unique}.${extension}`;
  });
}

/** The path that a file of a job is downloaded from. */
export function downloadPath(jobId: string, filename: string): string {
  return `/api/v1/download/${jobId}/${encodeURIComponent(filename)}`;
}

/** A `Content-Disposition` (RFC 6266): an ASCII name for old clients, the true one as RFC 5987 has it. */
export function contentDisposition(type: 'attachment' | 'inline', filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7E]/g, '_').replaceAll(/["\\%]/g, '_');
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function modelStem(filename: string): string {
  const stem = split(filename)
    .stem.replaceAll(awkward, '_')
    .replace(/^[. ]+/, '')
    .replace(/[. ]+$/, '');
  return stem === '' ? 'model' : stem;
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  // Longer than any extension of an image: it belongs to the name.
  if (dot <= 0 || name.length - dot > 10) return { stem: name, extension: '' };
  return { stem: name.slice(0, dot), extension: name.slice(dot) };
}

function truncate(text: string, maxBytes: number): string {
  // It takes whole characters alone, so that none is cut in two.
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read);
}

/** The name itself, or with the first free count before its extension: `chair-2.png`. */
export function numbered(name: string, taken: ReadonlySet<string>): string {
  const extension = extname(name);
  const stem = basename(name, extension);
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${stem}-${count}${extension}`;
    // On many file systems, names that differ only in case are the same.
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}
