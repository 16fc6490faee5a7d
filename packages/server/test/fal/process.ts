import process from 'node:process';
import { startFalServer } from './server.ts';
import type { FalServerOptions } from './types.ts';

/**
 * The stand-in as a process of its own: takes its options as JSON in the first argument, says where it listens in one
 * line, and ends when its standard input does, so that it never outlives a test.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as FalServerOptions;
const fal = await startFalServer(options);
const { queueUrl, restUrl, port } = fal;
process.stdout.write(`${JSON.stringify({ simulated: 'fal.ai', queueUrl, restUrl, port })}\n`);
process.stdin.once('end', () => process.exit(0)).resume();
