import { serveBench } from './child.ts';
import { createWholeServer } from './whole-server.ts';

serveBench((tasks, gathers) => createWholeServer(tasks, { isWritten: true, gathers }));
