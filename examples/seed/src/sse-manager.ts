import api, { type ApiError, type ProgressCallbacks, type ProgressStream } from '@image2model/client';

/*
 * Different from the guide: the stream makes the retries. The guide's manager set its count back with each of them, so it
 * neither waited longer nor gave up; it began anew and repeated events; its retries went on after `disconnect`, and
 * `close()` of the returned stream no longer closed the current one. A stream that retries by itself resumes after the last
 * event, and stays the one that was returned.
 *
 * The SDK brings the same as `sseManager`, which also lets several callers share the connection of a task.
 */
class SSEManager {
  connections: Map<string, ProgressStream>;
  retryAttempts: Map<string, number>;

  constructor() {
    this.connections = new Map();
    this.retryAttempts = new Map();
  }

  connect(taskId: string, callbacks: ProgressCallbacks): ProgressStream {
    // Check for existing connection
    if (this.connections.has(taskId)) {
      this.disconnect(taskId);
    }

    const stream = api.createProgressStream(
      taskId,
      {
        ...callbacks,
        onReconnecting: (info) => {
          console.log(`Retrying connection for ${taskId}, attempt ${info.attempt}`);
          this.retryAttempts.set(taskId, info.attempt);
          return callbacks.onReconnecting?.(info);
        },
        onTaskUpdate: (...update) => {
          this.retryAttempts.set(taskId, 0);
          // Different: an ended task leaves the maps; the guide's stayed in them for good.
          const [type] = update;
          if (type === 'completed' || type === 'failed' || type === 'cancelled') this.disconnect(taskId);
          return callbacks.onTaskUpdate?.(...update);
        },
        onError: (error) => {
          this.handleError(taskId, error, callbacks);
        },
      },
      // Exponential backoff: 1, 2 and 4 s, then `onError` gets 'Connection failed after 3 attempts'
      { maxRetries: 3, backoff: (attempt) => Math.min(Math.pow(2, attempt - 1), 4) * 1000 },
    );

    this.connections.set(taskId, stream);
    this.retryAttempts.set(taskId, 0);

    return stream;
  }

  handleError(taskId: string, error: ApiError, callbacks: ProgressCallbacks): void {
    // Different: whatever comes here is final: max retries reached, a failed or cancelled task, a wrong id or key.
    // Retrying could not help, and the caller learns the real reason.
    this.disconnect(taskId);
    callbacks.onError?.(error);
  }

  disconnect(taskId: string): void {
    const stream = this.connections.get(taskId);
    if (stream) {
      stream.close();
      this.connections.delete(taskId);
      this.retryAttempts.delete(taskId);
    }
  }

  disconnectAll(): void {
    this.connections.forEach((_stream, taskId) => {
      this.disconnect(taskId);
    });
  }
}

export default new SSEManager();
