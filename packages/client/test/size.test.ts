import { expect, test } from 'vitest';
import { limits, sizeOf } from '../scripts/size.ts';

test.for(limits)('$name stays within $limit bytes', async ({ imports, limit }) => {
  const { gzip, code } = await sizeOf(imports);
  expect(gzip).toBeLessThanOrEqual(limit);
  expect(code, 'contains no schema library').not.toMatch(/zod|ZodType|safeParse/i);
});
