import {
  hasEnded,
  message,
  messageRef,
  overallProgress,
  type FileStatus,
  type FileUpdate,
  type JobSummary,
  type Message,
  type ModelFile,
  type TaskEvent,
  type TaskProgress,
  type TaskStatus,
} from '@image2model/protocol';
import cactus from './assets/cactus.webp?url';
import coffee from './assets/coffee.webp?url';
import duck from './assets/duck.webp?url';
import pebbles from './assets/pebbles.webp?url';
import teapot from './assets/teapot.webp?url';
import { usual } from './messages.ts';

/** The sample photos, in the order in which the development server's stand-in for photos counts them. */
const photos = [
  { name: 'duck.png', preview: duck, faces: 19_874, method: 'alpha', sides: [1, 0.86, 0.47] },
  { name: 'teapot.jpg', preview: teapot, faces: 18_260, method: 'backdrop', sides: [1, 0.67, 0.49] },
  { name: 'cactus.jpg', preview: cactus, faces: 19_992, method: 'scene', sides: [0.68, 1, 0.45] },
  { name: 'coffee.jpg', preview: coffee, faces: 20_000, method: 'relief', sides: [1, 0.67, 0.1] },
  { name: 'pebbles.jpg', preview: pebbles, faces: 19_600, method: 'relief', sides: [1, 0.75, 0.1] },
] as const;

/** A file of a job in some state; what is not said is as in the plainest case. */
export interface Shot extends Partial<Pick<FileUpdate, 'details' | 'attempts' | 'last_error'>> {
  photo: 0 | 1 | 2 | 3 | 4;
  status: FileStatus;
  filename?: string;
  progress?: number;
  /** Where it failed, this is its error. */
  message?: Message;
  /** What its model has besides. */
  model?: Partial<ModelFile>;
}

/** A job in some state. */
export interface JobScene {
  /** From 0; it makes the ids of the job differ from those of others. */
  number?: number;
  status: TaskStatus;
  shots: readonly Shot[];
  task?: Partial<Pick<TaskProgress, 'queue_position' | 'eta_seconds'>>;
}

const began = Date.parse('2026-11-20T09:30:00Z');
/** An id that the development server knows for the gallery's; the last digit of a file's says which photo it is. */
const id = (kind: number, number: number) => `00000000-0000-7000-8000-${kind}${String(number).padStart(11, '0')}`;

export const jobIdOf = (number = 0): string => id(1, number);
export const taskIdOf = (number = 0): string => id(2, number);
const fileIdOf = (job: number, index: number, photo: number) => id(3, job * 10_000 + index * 10 + photo);

/** The newest event of each key, as a stream sends them on connecting. */
export function eventsOf(scene: JobScene): TaskEvent[] {
  const { number = 0, status, shots, task } = scene;
  const base = { task_id: taskIdOf(number), timestamp: began };
  const updates = fileUpdatesOf(scene);
  const events: TaskEvent[] = updates.map((data) => ({ type: 'file_update', data }));
  const total = shots.length;
  const current = shots.filter((shot) => hasEnded(shot.status)).length;
  const head = { ...base, job_id: jobIdOf(number), sequence: 1000 };
  const progress = overallProgress(updates);
  const counts = { current, total, total_files: total, progress };
  const said =
    current === 0 && status === 'queued' ? usual.pending : message('task.progress', { done: current, total });
  // An ending has the place of the task's own progress.
  if (!hasEnded(status))
    events.push({ type: 'task_progress', data: { ...head, ...task, ...counts, status, ...wired(said) } });
  const ending = { ...head, sequence: 1001 };
  const successful = shots.filter((shot) => shot.status === 'completed').length;
  const result = {
    job_id: head.job_id,
    total_files: total,
    successful_files: successful,
    failed_files: total - successful,
    processing_time: 2.4 * total,
  };
  if (status === 'completed') events.push({ type: 'task_completed', data: { ...ending, result } });
  if (status === 'failed') {
    const all = message('task.all_failed', { total });
    const details = { code: 'ALL_FILES_FAILED' };
    events.push({ type: 'task_failed', data: { ...ending, error: all.text, ...messageRef(all), details } });
  }
  if (status === 'cancelled') {
    events.push({ type: 'task_cancelled', data: { ...ending, ...wired(message('task.cancelled')) } });
  }
  return events;
}

/** The job as the list and its own address give it. */
export function summaryOf(scene: JobScene): JobSummary {
  const { number = 0, status, shots } = scene;
  return {
    job_id: jobIdOf(number),
    task_id: taskIdOf(number),
    status,
    model: 'local',
    face_limit: null,
    created_at: new Date(began - number * 26 * 3600 * 1000).toISOString(),
    finished_at: hasEnded(status) ? new Date(began - number * 26 * 3600 * 1000 + 12_000).toISOString() : null,
    total_files: shots.length,
    completed_files: shots.filter((shot) => shot.status === 'completed').length,
    failed_files: shots.filter((shot) => shot.status === 'failed').length,
    files: fileUpdatesOf(scene).map(
      ({ file_id, filename, status: state, progress, message: text, message_id, message_values, result }, index) => ({
        file_id,
        filename,
        file_size: 120_000,
        content_type: filename.endsWith('png') ? 'image/png' : 'image/jpeg',
        status: state,
        progress,
        message: text,
        message_id,
        message_values,
        photo_url: `/api/v1/download/${jobIdOf(number)}/photos/${fileIdOf(number, index, shots[index]?.photo ?? 0)}`,
        result: result ?? null,
      }),
    ),
  };
}

function fileUpdatesOf({ number = 0, shots }: JobScene): FileUpdate[] {
  return shots.map((shot, index) => {
    const { photo, status, filename = photos[photo].name, model, ...rest } = shot;
    const { progress = status === 'completed' || status === 'failed' ? 100 : 0, message: said = usual[status] } = rest;
    const file_id = fileIdOf(number, index, photo);
    return {
      ...rest,
      task_id: taskIdOf(number),
      sequence: index + 1,
      timestamp: began,
      file_id,
      filename,
      status,
      progress,
      ...wired(said),
      ...(status === 'failed' && shot.message && { error: said.text }),
      ...((status === 'completed' || model) && { result: { ...modelOf(file_id, filename, photo), ...model } }),
    };
  });
}

/** A message as it stands on the wire. */
function wired(said: Message) {
  return { message: said.text, ...messageRef(said) };
}

function modelOf(fileId: string, filename: string, photo: Shot['photo']): ModelFile {
  const { preview, faces, method, sides } = photos[photo];
  const [width, height, depth] = sides;
  return {
    file_id: fileId,
    filename: filename.replace(/\.\w+$/, '.glb'),
    size: 812_000 + photo * 31_000,
    mime_type: 'model/gltf-binary',
    created_time: new Date(began).toISOString(),
    rendered_image: { url: preview },
    sha256: '0'.repeat(64),
    statistics: {
      faces,
      vertices: faces / 2,
      width,
      height,
      depth,
      size_mm: { width: 1000 * width, height: 1000 * height, depth: 1000 * depth },
      parts: 1,
      watertight: true,
      volume_mm3: 0.4 * width * height * depth * 1e9,
      method,
      cut: { method, score: 0.93 },
      warnings: [],
      seconds: 2.4,
    },
  };
}
