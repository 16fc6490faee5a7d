import process from 'node:process';
import type { ProviderServerOptions } from '../types.ts';
import { startFalServer } from './server.ts';

/**
 * The stand-in as a process of its own: takes its options as JSON in the first argument, says where it listens in one
 * line, and ends when its standard input does, so that it never outlives a test.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as ProviderServerOptions;
const { queueUrl, restUrl, port } = await startFalServer(options);
process.stdout.write(`${JSON.stringify({ simulated: 'fal.ai', queueUrl, restUrl, port })}\n`);
process.stdin.once('end', () => process.exit(0)).resume();
