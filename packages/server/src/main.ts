import process from 'node:process';
import { serve } from './start.ts';

process.exitCode = await serve(process.env);
