import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate of this machine's loopback addresses that nobody has signed, and its key. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The certificate itself. */
  readonly pem: string;
  /** Removes the files. */
  remove(): Promise<void>;
}

/** Why none can be made here; undefined where one can. */
export const missing = spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';

export async function makeCertificate(): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-certificate-'));
  const [certificateFile, keyFile] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')];
  const names = 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost';
  const what = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  await run('openssl', [...what, '-addext', names, '-keyout', keyFile, '-out', certificateFile]);
  const pem = await readFile(certificateFile, 'utf8');
  return { certificateFile, keyFile, pem, remove: () => rm(directory, { recursive: true, force: true }) };
}
