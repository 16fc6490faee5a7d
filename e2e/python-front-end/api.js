/**
 * The service of the Python image2model's front end as its document describes it: `fetch` with a key in the header, the
 * platform's `EventSource` without one, and the addresses of files as the server gives them. Only used by a test.
 */
export class APIService {
  constructor(base, key) {
    this.API_BASE = base;
    this.API_KEY = key;
  }

  async uploadBatch(files) {
    const form = new FormData();
    for (const file of files) form.append('files', file);
    return await this.ask('/upload/', { method: 'POST', body: form, signal: AbortSignal.timeout(60_000) });
  }

  createProgressStream(taskId, callbacks) {
    const source = new EventSource(this.withKey(`${this.API_BASE}/status/tasks/${taskId}/stream`));
    const hear = (type, handle) => source.addEventListener(type, (event) => handle(JSON.parse(event.data)));
    hear('task_progress', callbacks.onProgress);
    hear('file_update', callbacks.onFileUpdate);
    hear('task_completed', (data) => {
      source.close();
      callbacks.onComplete(data);
    });
    hear('task_failed', (data) => {
      source.close();
      callbacks.onError(data.error);
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) callbacks.onError('Connection lost');
    });
    return { close: () => source.close(), readyState: () => source.readyState };
  }

  async getJobFiles(jobId) {
    const { files, download_urls: urls } = await this.ask(`/download/${jobId}/all`);
    return files.map((file, index) => ({
      filename: file.filename,
      downloadUrl: this.withKey(urls[index]),
      preview: this.withKey(file.rendered_image?.url),
    }));
  }

  async ask(path, init) {
    const response = await fetch(this.API_BASE + path, {
      ...init,
      headers: { Authorization: `Bearer ${this.API_KEY}` },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  }

  /* withKey: the test puts in what the recipe says, or what the front end does by itself. */
}
