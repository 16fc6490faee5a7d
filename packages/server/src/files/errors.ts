/** There is no file with this key. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
}

/** The data was longer than `maxBytes`. Nothing was kept. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
}

/** The disk is full, or so nearly that nothing more is accepted. Nothing was kept. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}

/** Database or files were taken away under the running server. Nothing was kept, and nothing will be before a restart. */
export class StorageGoneError extends Error {
  override readonly name = 'StorageGoneError';
}
