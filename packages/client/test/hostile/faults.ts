/** What can happen to a connection. */
export const faults = [
  'none',
  'cut',
  'half-close',
  'freeze',
  'crumble',
  'delay',
  'duplicate',
  'forget-cursor',
  'refuse',
  '502',
  '429',
  '503',
  '401',
  'garbage',
] as const;
export type Fault = (typeof faults)[number];
