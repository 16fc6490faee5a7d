/** Headers of ours that a page of another origin may read. */
export const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'etag',
  'content-disposition',
  'content-range',
  'accept-ranges',
];

/**
 * What the pages may load: themselves, pictures and models that they make in memory, WebAssembly, and the inline
 * scripts of the build by their hashes.
 */
export function contentPolicy(scriptHashes: readonly string[]): {
  useDefaults: false;
  directives: Record<string, string[]>;
} {
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'", ...scriptHashes],
      // Components set sizes and transitions as inline styles.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'", 'data:', 'blob:'],
      workerSrc: ["'self'", 'blob:'],
      fontSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  };
}
