import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';

/** The folder of the sample photos. */
export const samples = join(import.meta.dirname, '../../packages/web/static/samples');

/** An accepted upload. */
export interface SentJob {
  jobId: string;
  taskId: string;
}

/** Sends photos as a program does, by their names among the samples or by path. */
export async function sendPhotos(
  url: string,
  photos: readonly string[],
  settings: { options?: object; key?: string } = {},
): Promise<SentJob> {
  const form = new FormData();
  if (settings.options) form.set('options', JSON.stringify(settings.options));
  for (const photo of photos) {
    const bytes = photo === 'flat.png' ? await flatPhoto() : await readFile(join(samples, photo));
    form.append('files', new Blob([new Uint8Array(bytes)]), basename(photo));
  }
  const headers = settings.key === undefined ? {} : { authorization: `Bearer ${settings.key}` };
  const response = await fetch(`${url}/api/v1/upload/`, { method: 'POST', body: form, headers });
  if (!response.ok) throw new Error(`The upload was answered with ${response.status}: ${await response.text()}`);
  const { job_id: jobId, task_id: taskId } = (await response.json()) as { job_id: string; task_id: string };
  return { jobId, taskId };
}

/** Waits until a job has ended, by its own stream, and gives its status. */
export async function ended(url: string, { taskId }: SentJob, key?: string): Promise<string> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  // The server closes the stream after the ending.
  await (await fetch(`${url}/api/v1/status/tasks/${taskId}/stream`, { headers })).text();
  const task = await fetch(`${url}/api/v1/status/tasks/${taskId}`, { headers });
  return ((await task.json()) as { status: string }).status;
}

/** A picture of one colour: no object can be cut out of it. */
async function flatPhoto(): Promise<Buffer> {
  return await sharp({ create: { width: 240, height: 180, channels: 3, background: '#7a8' } })
    .png()
    .toBuffer();
}
