/** Files that are accepted from dropped folders; more is hardly meant. */
const maxDropped = 500;

/** The files of a drop. */
export interface Dropped {
  files: File[];
  /** Whether its folders held more than is accepted. */
  isCut: boolean;
}

/**
 * The files of a drop, including those in folders, in the order of their names. Hidden files are left out, and so is what
 * cannot be read. The items are read synchronously: a drop's data is gone after the event.
 */
export async function droppedFiles(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory)) return { files: [...data.files], isCut: false };
  const files: File[] = [];
  for (const entry of sorted(entries)) await collect(entry, files);
  return { files: files.slice(0, maxDropped), isCut: files.length > maxDropped };
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  // One more than is accepted, to know that there is more.
  if (files.length > maxDropped) return;
  try {
    if (entry.isDirectory) {
      for (const inside of sorted(await entriesOf(entry as FileSystemDirectoryEntry))) await collect(inside, files);
    } else {
      files.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    }
  } catch {
    // Gone, or without permission: the others are still accepted.
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const inside: FileSystemEntry[] = [];
  // A reader returns a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return inside;
    inside.push(...some);
  }
}

/** By name, in natural order; without the files of the operating system. */
function sorted(entries: readonly FileSystemEntry[]): FileSystemEntry[] {
  return entries
    .filter(({ name }) => !/^(\..*|thumbs\.db|desktop\.ini|__macosx)$/i.test(name))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}
