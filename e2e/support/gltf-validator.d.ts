/** Khronos' validator ships no types: the part that the tests use. */
declare module 'gltf-validator' {
  interface Report {
    readonly issues: {
      readonly numErrors: number;
      readonly numWarnings: number;
      /** `severity` 0 is an error, 1 a warning, 2 and 3 are hints. */
      readonly messages: readonly { readonly code: string; readonly message: string; readonly severity: number }[];
    };
  }

  /** Checks the bytes of a GLB or glTF file. Rejects where they are neither. */
  export function validateBytes(data: Uint8Array): Promise<Report>;
}
