import { ownAddress } from './own-address.ts';

/** The longer side of the small photos that the server makes, in pixels. */
export const smallSide = 512;

/** The address of a photo, scaled down and upright; `url` is the photo's own, without a query. */
export function smallPhoto(url: string): string {
  return `${ownAddress(url)}?size=small`;
}
