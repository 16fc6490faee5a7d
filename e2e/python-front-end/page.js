import { APIService } from './api.js';

const settings = new URLSearchParams(location.search);
const api = new APIService(settings.get('api'), settings.get('key'));
const show = (id, text) => (document.querySelector(`#${id}`).textContent = text);
const files = new Map();

document.querySelector('#photos').addEventListener('change', ({ target }) => {
  api.uploadBatch(target.files).then(
    ({ task_id: taskId }) => follow(taskId),
    (error) => show('error', error.message),
  );
});

function follow(taskId) {
  api.createProgressStream(taskId, {
    onProgress: (data) => show('progress', `${data.progress} %, ${data.current} of ${data.total_files}`),
    onFileUpdate: (data) => {
      files.set(data.file_id, `${data.filename}: ${data.status}`);
      show('files', [...files.values()].join('\n'));
    },
    onComplete: async (data) => list(await api.getJobFiles(data.result?.job_id || data.job_id)),
    onError: (error) => show('error', error),
  });
}

function list(models) {
  for (const { filename, downloadUrl, preview } of models) {
    const link = Object.assign(document.createElement('a'), {
      href: downloadUrl,
      download: filename,
      textContent: filename,
    });
    const image = Object.assign(document.createElement('img'), { src: preview ?? '', alt: filename });
    const item = document.createElement('li');
    item.append(image, link);
    document.querySelector('#results').append(item);
  }
}
