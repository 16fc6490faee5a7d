import { api, createProgressStore } from '@image2model/client';
import { useMemo, useState, useSyncExternalStore } from 'react';

export function App() {
  const [upload, setUpload] = useState();
  const send = async (event) => setUpload(await api.uploadBatch(event.currentTarget.files));
  return (
    <>
      <h1>Photos become models</h1>
      <p>
        <label>
          Photos <input id="photos" type="file" accept="image/jpeg,image/png,image/webp" multiple onChange={send} />
        </label>
      </p>
      {upload?.success && <Progress key={upload.taskId} taskId={upload.taskId} />}
      {upload?.success === false && <p role="alert">{upload.error}</p>}
    </>
  );
}

function Progress({ taskId }) {
  // It connects when the component mounts and disconnects when it unmounts.
  const store = useMemo(() => createProgressStore(taskId, api.streamOptions()), [taskId]);
  const { task, connection, error } = useSyncExternalStore(store.subscribe, store.getSnapshot);
  return (
    <>
      <progress max="100" value={task.progress} aria-label="Progress" />
      <p role="status">{connection === 'reconnecting' ? 'Reconnecting…' : (error?.message ?? task.message)}</p>
      <ul>
        {task.files.map((file) => (
          <li key={file.file_id}>
            {file.result ? (
              <a href={api.downloadUrl(task.job_id, file.result.filename)}>{file.result.filename}</a>
            ) : (
              `${file.filename}: ${file.message}`
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
