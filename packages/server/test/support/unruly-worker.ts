import type { LocalResult, LocalTask } from '../../src/models/local/generate-worker.ts';

/** A thread that behaves as the image's text says; stands in for the local model's in tests. */
export default async function unruly({ image, options, reports }: LocalTask): Promise<LocalResult> {
  const wish = new TextDecoder().decode(image);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
  reports.postMessage({ stage: 'decode', fraction: 0.1, message: { text: `Doing: ${wish}` } });
  switch (wish) {
    case 'spin':
      for (;;);
    case 'crash':
      process.exit(1);
    // falls through: never reached
    case 'overflow': {
      const held: unknown[] = [];
      for (;;) held.push(Array.from({ length: 1e6 }, (_, index) => ({ index })));
    }
    case 'refuse':
      return { refused: { code: 'NO_FOREGROUND', message: { text: 'Nothing is to be seen' } } };
    case 'fail':
      return { failed: { message: 'x is undefined', stack: undefined } };
    default: {
      const statistics = { faces: options.faceLimit ?? 0, vertices: 3, width: 1, height: 1, depth: 1 };
      return {
        glb: image,
        preview: new Uint8Array(image),
        statistics: { ...statistics, method: 'alpha', warnings: [{ text: JSON.stringify(options) }] },
      };
    }
  }
}
