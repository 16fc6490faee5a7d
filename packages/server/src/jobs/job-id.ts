/** When the upload of a job began, in ms since the epoch, by its UUIDv7 (RFC 9562, 5.7); undefined for what is none. */
export function jobBegan(id: string): number | undefined {
  if (!/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
