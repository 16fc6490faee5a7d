/** An upright picture in sRGB, rows from the top. */
export interface Picture {
  width: number;
  height: number;
  /** Three bytes per pixel. */
  rgb: Uint8Array;
  /** One byte per pixel; absent where there is no alpha channel. */
  alpha?: Uint8Array;
  /** How many times as large as the file it is; absent where that has not been enlarged. */
  enlarged?: number;
}
