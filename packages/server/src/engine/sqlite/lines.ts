import type { FileUpdate, TaskEventType, TaskProgress } from '@image2model/protocol';
import type { Entry } from '../contract.ts';

/** What an entry of a report says, as far as it changes the task. */
type Said = Pick<FileUpdate & TaskProgress, 'task_id' | 'sequence' | 'progress' | 'message'> &
  Partial<Pick<FileUpdate, 'file_id' | 'message_id' | 'message_values'>>;

/** An entry as a line has it, and what it says. */
export interface Line {
  entry: Entry;
  said: Said;
}

/** An entry as a line of a text that holds many. Its data is JSON on one line, and says the rest itself. */
export function toLine({ type, data }: Entry): string {
  return `${type} ${data}\n`;
}

/** What such a text holds is trusted: nobody else writes it. */
export function parseLines(text: string): Line[] {
  return text.split('\n').filter(Boolean).map(parseLine);
}

function parseLine(line: string): Line {
  const space = line.indexOf(' ');
  const data = line.slice(space + 1);
  const said = JSON.parse(data) as Said;
  const { task_id: taskId, file_id: key = taskId, sequence } = said;
  return { entry: { taskId, key, sequence, type: line.slice(0, space) as TaskEventType, data }, said };
}
