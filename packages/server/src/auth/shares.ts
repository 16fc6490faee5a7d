import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { maxSharesPerJob } from '@image2model/protocol';
import type { Engine, JobRow, StoredShare } from '../engine/contract.ts';
import type { Keyring } from './keys.ts';

/** Lasting links to finished models, for people without a key. */
export interface Shares {
  /** Makes a link to a job, or to the model of one photo of it, for `lifeMs`, or until it is revoked (null). */
  make(
    jobId: string,
    options: { fileId: string | null; lifeMs: number | null },
  ): Promise<{ share: StoredShare; token: string } | 'full' | 'unknown'>;
  /** What a link opens; undefined where it is unknown, revoked or expired. */
  open(token: string): Promise<OpenShare | undefined>;
}

/** What a link opens: `job` has the files that it was made for, and no others. */
export interface OpenShare {
  share: StoredShare;
  job: JobRow;
}

interface SharesOptions {
  engine: Pick<Engine, 'addShare' | 'share' | 'job'>;
  keyring: Keyring;
}

const tokenBytes = 24;
/** Base64 has four characters for three bytes. */
const tokenPattern = new RegExp(`^[\\w-]{${(tokenBytes / 3) * 4}}$`);

/** Keeps links in the engine, by the hashes of their tokens: who reads the database cannot open one. */
export function createShares({ engine, keyring }: SharesOptions): Shares {
  return {
    async make(jobId, { fileId, lifeMs }) {
      const token = randomBytes(tokenBytes).toString('base64url');
      const share = { shareId: randomUUID(), jobId, fileId, hash: digest(token) };
      const made = await engine.addShare(share, { forMs: lifeMs, limit: maxSharesPerJob });
      return typeof made === 'string' ? made : { share: made, token };
    },

    async open(token) {
      if (!tokenPattern.test(token)) return undefined;
      const hash = digest(token);
      // Looked up by hash: the time a look-up takes says nothing about a token.
      const share = await engine.share(hash);
      if (share === undefined || !timingSafeEqual(Buffer.from(share.hash), Buffer.from(hash))) return undefined;
      const job = await engine.job(share.jobId);
      // Whose key was revoked shows nothing any more.
      if (job === undefined || keyring.find(job.owner) === undefined) return undefined;
      const { fileId } = share;
      const files = job.files.filter((file) => fileId === null || file.fileId === fileId);
      return { share, job: { ...job, files } };
    },
  };
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
