import { UsageError } from './exit.ts';

/** Options of the model that have flags of their own; the rest, and these too, go by `--options`. */
export interface ModelFlags {
  options?: Record<string, unknown>;
  shape?: string;
  depth?: string;
  parts?: string;
}

/**
 * The model's own options, from all flags. The server checks them.
 *
 * @throws UsageError if one is given in two ways
 */
export function mergeModelOptions({ options, ...flags }: ModelFlags): Record<string, unknown> | undefined {
  const { shape, parts } = flags;
  // A number, or a name.
  const depth = /^\d+(\.\d+)?$/.test(flags.depth ?? '') ? Number(flags.depth) : flags.depth;
  const own = Object.entries({ shape, depth, parts }).filter(([, value]) => value !== undefined);
  if (own.length === 0) return options;
  const twice = own.find(([name]) => options !== undefined && Object.hasOwn(options, name));
  if (twice !== undefined) {
    throw new UsageError({ text: `${twice[0]} is given twice: by --${twice[0]} and in --options` });
  }
  return { ...options, ...Object.fromEntries(own) };
}
