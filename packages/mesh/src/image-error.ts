import type { Message, MessageValues } from './messages.ts';

/**
 * Why an image or an option is rejected.
 * `UNSUPPORTED_IMAGE_TYPE` is about the type of the file (HTTP 415), `INVALID_OPTIONS` about the other options
 * (HTTP 400), the rest about the content of the file (HTTP 422).
 */
export type ImageErrorCode =
  | 'UNSUPPORTED_IMAGE_TYPE'
  | 'IMAGE_UNDECODABLE'
  | 'IMAGE_TOO_MANY_PIXELS'
  | 'IMAGE_TOO_SMALL'
  | 'NO_FOREGROUND'
  | 'FACE_LIMIT_TOO_LOW'
  | 'INVALID_OPTIONS';

/** Thrown where the caller's image or option cannot lead to a model. */
export class ImageError extends Error {
  readonly code: ImageErrorCode;
  /** Id and values of `message`, for other languages. */
  readonly id: string | undefined;
  readonly values: MessageValues | undefined;

  constructor(code: ImageErrorCode, { text, id, values }: Message, options?: ErrorOptions) {
    super(text, options);
    this.name = 'ImageError';
    this.code = code;
    this.id = id;
    this.values = values;
  }
}
