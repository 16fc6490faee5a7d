import { expect, test } from 'vitest';
import { errorDefinitions } from './errors.ts';

test('every error code is upper snake case, has an error status and says what to do next', () => {
  for (const [code, definition] of Object.entries(errorDefinitions)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(definition.status, code).toBeGreaterThanOrEqual(400);
    expect(definition.status, code).toBeLessThan(600);
    expect(definition.next, code).toMatch(/\.$/);
  }
});
