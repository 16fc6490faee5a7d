import { createHash } from 'node:crypto';
import type { FileRow, State } from './state.ts';

/** SHA-256 of the photo at that address, hex; empty where there is none. */
export function photoHash(state: State, cdnUrl: string, url: string | undefined): string {
  const bytes = url === undefined ? undefined : photoAt(state, cdnUrl, url);
  return bytes ? createHash('sha256').update(bytes).digest('hex') : '';
}

/** What is wrong with the photo at that address. */
export function photoProblem(state: State, cdnUrl: string, url: string): 'missing' | 'unreadable' | undefined {
  const bytes = photoAt(state, cdnUrl, url);
  if (!bytes) return 'missing';
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const known = head.startsWith('\x89PNG') || head.startsWith('\xFF\xD8\xFF') || /^RIFF.{4}WEBP/s.test(head);
  return known ? undefined : 'unreadable';
}

function photoAt(state: State, cdnUrl: string, url: string): Uint8Array | undefined {
  if (!url.startsWith(`${cdnUrl}/files/`)) return undefined;
  const id = url.slice(`${cdnUrl}/files/`.length).split('/')[0] ?? '';
  return state.all<FileRow>('select * from files where id = ?', id)[0]?.bytes ?? undefined;
}
