import type { TaskState } from '@image2model/protocol';

const colours = {
  queued: '#8f8678',
  processing: '#d9480f',
  completed: '#1f7a45',
  failed: '#b3261e',
  cancelled: '#8f8678',
};

/** The icon of the tab as a ring that fills with the task, as a `data:` address. In steps of 5 %, to change seldom. */
export function progressIcon({ status, progress }: Pick<TaskState, 'status' | 'progress'>): string {
  const share = Math.floor(progress / 5) * 5;
  const ring = `fill="none" stroke-width="6" cx="16" cy="16" r="12"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle ${ring} stroke="#8f867855"/><circle ${ring} stroke="${colours[status]}" pathLength="100" stroke-dasharray="${share} 100" transform="rotate(-90 16 16)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
