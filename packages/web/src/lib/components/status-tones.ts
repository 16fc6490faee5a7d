/** The tone of the badge and the bar of a file or a batch. */
export const statusTones = {
  pending: 'neutral',
  queued: 'neutral',
  processing: 'accent',
  completed: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const;
