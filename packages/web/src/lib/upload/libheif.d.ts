/** What is used of the decoder, whose own types describe the C functions below it. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  interface HeifImage {
    /** Upright. */
    get_width(): number;
    get_height(): number;
    is_primary(): boolean;
    /** Fills in the pixels, and gives null where that fails. */
    display(pixels: ImageData, done: (pixels: ImageData | null) => void): void;
    free(): void;
  }

  export default function start(): { HeifDecoder: new () => { decode(file: Uint8Array): HeifImage[] } };
}
