import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** What an app pays for a part of the SDK, in bytes: minified, and what is left of that after gzip. */
export interface Size {
  minified: number;
  gzip: number;
  /** The code itself, to look at. */
  code: string;
}

const source = join(import.meta.dirname, '../src/index.ts');
const entry = '\0size';

/**
 * Bundles what an import takes, as a user's bundler would; the protocol is counted, eventsource-parser only in a `whole`
 * one, which a browser can run as it is.
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

/** What the SDK may weigh, gzipped. */
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
