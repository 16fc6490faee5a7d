// Photos in, GLB files out:  npx node examples/node/convert.mjs photo.jpg more/*.png
// Set API_URL and API_KEY to use another server than the one on this machine.
import { createWriteStream, openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiService, watch } from '@image2model/client';

const { API_URL: baseUrl, API_KEY: apiKey } = process.env;
const api = new ApiService({ baseUrl, apiKey });

const paths = process.argv.slice(2);
const photos = await Promise.all(paths.map(async (path) => new File([await openAsBlob(path)], basename(path))));

const upload = await api.uploadBatch(photos, { faceLimit: 20_000 });
if (!upload.success) {
  console.error(upload.error, ...upload.errors.map(({ filename, detail }) => `\n${filename}: ${detail}`));
  process.exit(1);
}

for await (const { type, data } of watch(upload.taskId, api.streamOptions())) {
  if (type === 'file_update') console.log(`${data.filename}: ${Math.round(data.progress)} % ${data.message}`);
  if (type === 'task_failed') console.error(data.error);
}

const list = await api.getJobFiles(upload.jobId);
for (const { filename } of list.success ? list.files : []) {
  const headers = apiKey ? { Authorization: `Bearer ${apiKey}` } : {};
  const response = await fetch(api.downloadUrl(upload.jobId, filename), { headers });
  await pipeline(Readable.fromWeb(response.body), createWriteStream(filename));
  console.log(`Wrote ${filename}`);
}
