import type { LocalResult, LocalTask } from '../../src/models/local/generate-worker.ts';

/** A thread for tests that behaves as the image's text says. */
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
    case 'reject':
      return { rejected: { code: 'NO_FOREGROUND', message: { text: 'Nothing is to be seen' } } };
    case 'fail':
      return { failed: { message: 'x is undefined', stack: undefined } };
    default: {
      const statistics = {
        faces: options.faceLimit ?? 0,
        vertices: 3,
        width: 1,
        height: 0.5,
        depth: 0.25,
        parts: 2,
        watertight: true,
        volume: 0.1,
      };
      const warning = { text: JSON.stringify(options), id: 'test.options', values: { faces: statistics.faces } };
      return {
        glb: image,
        preview: new Uint8Array(image),
        statistics: { ...statistics, method: 'alpha', warnings: [warning] },
      };
    }
  }
}
