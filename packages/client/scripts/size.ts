import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** The size of a part of the SDK in an app, in bytes: minified, and minified and gzipped. */
export interface Size {
  minified: number;
  gzip: number;
  /** The minified code. */
  code: string;
}

const source = join(import.meta.dirname, '../src/index.ts');
const entry = '\0size';

/**
 * Bundles an import as a user's bundler would. It includes the protocol, and eventsource-parser only if `whole`, which
 * makes a bundle that browsers can run.
 */
export async function sizeOf(imports: string, { whole = false } = {}): Promise<Size> {
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    external: whole ? [] : ['eventsource-parser'],
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? `export ${imports} from ${JSON.stringify(source)}` : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
  return { code, minified: Buffer.byteLength(code), gzip: gzipSync(code, { level: 9 }).length };
}

/** Maximum sizes of the SDK, gzipped. */
export const limits = [
  { name: 'createProgressStream', imports: '{ createProgressStream }', limit: 4 * 1024 },
  { name: 'everything', imports: '*', limit: 10 * 1024 },
] as const;

if (import.meta.main) {
  for (const { name, imports, limit } of limits) {
    const { minified, gzip } = await sizeOf(imports);
    console.log(`${name}: ${gzip} bytes gzip of ${limit} (${minified} minified)`);
    if (gzip > limit) process.exitCode = 1;
  }
}
