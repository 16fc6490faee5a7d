import { describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { sql } from './sql.ts';

/** Read from end to end, but only what waits is in them; or bounded by itself; or read once, when the engine opens; or the sizes alone, for an administrator. */
const mayScan =
  /^SCAN (CONSTANT ROW|json_each .*|timings|journal|tf USING (COVERING )?INDEX task_files_begun|tasks USING (COVERING )?INDEX tasks_(to_claim|queued)|(files|masks) USING COVERING INDEX (files|masks)_by_size)$/;

describe('the statements', () => {
  it('never read a table from end to end that grows with the history', () => {
    const { db } = openDatabase(':memory:');
    const scans = Object.entries(sql).flatMap(([name, text]) => {
      if (!/^(SELECT|UPDATE|DELETE)/.test(text)) return [];
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[];
      const bad = plan.filter(({ detail }) => /SCAN|TEMP B-TREE/.test(detail) && !mayScan.test(detail));
      return bad.map(({ detail }) => `${name}: ${detail}`);
    });
    expect(scans).toEqual([]);
    db.close();
  });
});
