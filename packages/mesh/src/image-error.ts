/**
 * Why an image or an option is refused.
 * `UNSUPPORTED_IMAGE_TYPE` is a matter of the file's kind (HTTP 415), the others of what is in it (HTTP 422).
 */
export type ImageErrorCode =
  | 'UNSUPPORTED_IMAGE_TYPE'
  | 'IMAGE_UNDECODABLE'
  | 'IMAGE_TOO_MANY_PIXELS'
  | 'IMAGE_TOO_SMALL'
  | 'NO_FOREGROUND'
  | 'FACE_LIMIT_TOO_LOW';

/** Thrown where the caller's image or option cannot lead to a model. `message` is one sentence a person can act on. */
export class ImageError extends Error {
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageError';
    this.code = code;
  }
}
