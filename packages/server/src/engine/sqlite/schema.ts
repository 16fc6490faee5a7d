import { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations.ts';

/** Each column of each table, and each index. SQLite's own are left out: those that it has depend on what was done. */
const schemaText = `SELECT m.type || ' ' || m.name || coalesce('.' || c.name, '') AS part
  FROM sqlite_schema m LEFT JOIN pragma_table_xinfo(m.name) c ON m.type = 'table'
  WHERE m.type IN ('table', 'index') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY part`;

/**
 * What a database lacks that one of this schema version has, or has of a later version; undefined where there is nothing.
 * Tables of other programs are none of our business: a replicator keeps some there.
 */
export function differsFromVersion(db: DatabaseSync, version: number): string | undefined {
  const model = new DatabaseSync(':memory:');
  try {
    for (const step of migrations.slice(0, version)) model.exec(step);
    const right = partsOf(model);
    for (const step of migrations.slice(version)) model.exec(step);
    const later = partsOf(model).difference(right);
    const own = partsOf(db);
    return [...right.difference(own), ...own.intersection(later)][0];
  } finally {
    model.close();
  }
}

function partsOf(db: DatabaseSync): Set<string> {
  const rows = db.prepare(schemaText).all();
  return new Set(rows.map((row) => String(row['part'])));
}
