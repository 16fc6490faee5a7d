import { api } from '@image2model/client';

const [photos, bar, message, files] = ['photos', 'bar', 'message', 'files'].map((id) => document.getElementById(id));

photos.addEventListener('change', () => void send());

async function send() {
  files.replaceChildren();
  const upload = await api.uploadBatch(photos.files, {
    onUploadProgress: ({ progress }) => say(`Sending, ${Math.round(progress)} %`),
  });
  if (!upload.success) return say(upload.error);

  api.createProgressStream(upload.taskId, {
    onProgress: (data) => {
      bar.value = data.progress;
      say(data.message);
    },
    onFileUpdate: (data) => row(data.file_id).append(`${data.filename}: ${data.message}`),
    onComplete: (data) => showDownloads(data.job_id),
    onError: (error) => say(`Processing error: ${error}`),
    onReconnecting: ({ delayMs }) => say(`Connection lost, retrying in ${Math.ceil(delayMs / 1000)} s`),
  });
}

async function showDownloads(jobId) {
  const list = await api.getJobFiles(jobId);
  if (!list.success) return say(list.error);
  bar.value = 100;
  say(`${list.total_files} ready`);
  for (const { file_id, filename } of list.files) {
    const link = document.createElement('a');
    link.href = api.downloadUrl(jobId, filename);
    link.textContent = filename;
    row(file_id).append(link);
  }
}

/** The emptied row of a file; a new one if it has none. */
function row(fileId) {
  const found = document.getElementById(fileId) ?? files.appendChild(document.createElement('li'));
  found.id = fileId;
  found.replaceChildren();
  return found;
}

function say(text) {
  message.textContent = text;
}
