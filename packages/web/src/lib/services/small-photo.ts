/** The longest side of the small photos that the server makes, in pixels. */
export const smallSide = 512;

/** Where the server has a photo small and upright; `url` is the photo's own, without a query. */
export function smallPhoto(url: string): string {
  return `${url}?size=small`;
}
