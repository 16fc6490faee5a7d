/** The part of yazl that is used here; the package has no types of its own. */
declare module 'yazl' {
  import type { EventEmitter } from 'node:events';

  export class ZipFile extends EventEmitter {
    readonly outputStream: NodeJS.ReadableStream;
    addReadStreamLazy(
      metadataPath: string,
      options: { compress: boolean; mtime: Date },
      open: (give: (error: Error | null, stream?: NodeJS.ReadableStream) => void) => void,
    ): void;
    addBuffer(buffer: Buffer, metadataPath: string, options: { compress: boolean; mtime: Date }): void;
    end(): void;
  }
}
