import { defaultShareSeconds, newShareSchema, problemSchema, shareListSchema } from '@image2model/protocol';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { exitCodes, reasonOf, ServerError, UsageError } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { UsableServer } from './private-server.ts';
import { cliMessage } from './texts.ts';
import { withServer } from './with-server.ts';
import type { ServerFlags } from './with-server.ts';

/** How long a link works, in seconds; null until it is revoked. */
interface Life {
  seconds: number | null;
}

interface ShareFlags extends ServerFlags {
  /** A week unless given. */
  expires?: Life;
  file?: string;
  list: boolean;
  revoke?: string;
}

/** `image2model share`: makes, lists and revokes lasting links to the models of a job. */
export function addShareCommand(command: Command, end: (code: number) => void): void {
  command
    .description('make a lasting link to the models of a job, for people without a key')
    .argument('<job>', 'id of the job')
    .option('--expires <time>', 'how long it works: 90m, 12h, 7d, or never; default: 7d', parseLife)
    .option('--file <id>', 'share the model of this photo only')
    .option('--list', 'list the links that are valid', false)
    .option('--revoke <id>', 'revoke a link, at once')
    .action(async (job: string, flags: ShareFlags) => {
      // A server of its own would have no jobs.
      if (!flags.server) throw new UsageError(cliMessage('cli.share_needs_server'));
      end(await withServer(flags, async (server, signal) => await share({ job, flags, server, signal })));
    });
}

interface ShareOptions {
  job: string;
  flags: ShareFlags;
  server: UsableServer;
  signal: AbortSignal;
}

async function share(options: ShareOptions): Promise<ExitCode> {
  const { job, flags } = options;
  const path = `/api/v1/jobs/${encodeURIComponent(job)}/shares`;
  if (flags.revoke !== undefined) {
    const { id } = await ask(options, 'DELETE', `${path}/${encodeURIComponent(flags.revoke)}`, revokedSchema);
    print(id);
  } else if (flags.list) {
    const { shares } = await ask(options, 'GET', path, shareListSchema);
    for (const each of shares) print([each.id, each.expires_at ?? 'never', each.file_id ?? 'all'].join('\t'));
  } else {
    const { seconds } = flags.expires ?? { seconds: defaultShareSeconds };
    const body = { expires_in: seconds, ...(flags.file !== undefined && { file_id: flags.file }) };
    print((await ask(options, 'POST', path, newShareSchema, body)).url);
  }
  return exitCodes.made;
}

const revokedSchema = z.object({ id: z.uuid() });

async function ask<Answer>(
  { server: { baseUrl, apiKey }, signal }: ShareOptions,
  method: string,
  path: string,
  schema: z.ZodType<Answer>,
  body?: object,
): Promise<Answer> {
  const headers = {
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(baseUrl + path, init).catch((error: unknown) => {
    throw new ServerError(cliMessage('cli.unreachable', { reason: reasonOf(error).text }));
  });
  const answer: unknown = await response.json().catch(() => undefined);
  const good = schema.safeParse(answer);
  if (response.ok && good.success) return good.data;
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) throw new ServerError(cliMessage('cli.foreign_answer', { status: response.status }));
  const { code, detail } = problem.data;
  if (code === 'UNAUTHENTICATED') throw new ServerError(cliMessage('cli.key_rejected'));
  throw new UsageError({ text: `${detail} (${code})` });
}

const unitSeconds = { m: 60, h: 3600, d: 86_400 };

// Commander takes a null for no value.
function parseLife(text: string): Life {
  if (text === 'never') return { seconds: null };
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Use a time like 90m, 12h or 7d, or never.');
  return { seconds: Number(count) * unitSeconds[unit as keyof typeof unitSeconds] };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
