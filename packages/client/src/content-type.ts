/**
 * Whether the value of a `Content-Type` header is of a type: in any case, with or without parameters. Of several values
 * the last counts (https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
 */
export function isOfType(contentType: string | null, type: string): boolean {
  return contentType?.split(',').pop()?.split(';')[0]?.trim().toLowerCase() === type;
}
