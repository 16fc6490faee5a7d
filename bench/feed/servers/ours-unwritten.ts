import { serveBench } from './child.ts';
import { createWholeServer } from './whole-server.ts';

serveBench((tasks) => createWholeServer(tasks, { isWritten: false }));
