import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { downloadFormats, maxFaceLimit, minFaceLimit } from '@image2model/protocol';
import type { DownloadFormat, Origin } from '@image2model/protocol';
import { ConfigError } from '../config.ts';
import { version } from '../version.ts';
import { convert } from './convert.ts';
import { cutOut } from './cuts.ts';
import { jsonCutsReporter, listCutsReporter } from './cuts-reporter.ts';
import { CommandError, exitCodes, UsageError } from './exit.ts';
import { parseFormats, parseOrigin, parseSizeMm } from './format-flags.ts';
import { readInputs } from './inputs.ts';
import type { Input } from './inputs.ts';
import { placeMasks, separateMasks } from './mask-files.ts';
import { mergeModelOptions } from './model-flags.ts';
import type { ModelFlags } from './model-flags.ts';
import { checkOutDirectory } from './out-directory.ts';
import { createOutput } from './output.ts';
import { jsonReporter, plainReporter } from './reporter.ts';
import type { Reporter } from './reporter.ts';
import { addShareCommand } from './share.ts';
import { cliMessage, languageOf, say } from './texts.ts';
import type { Language } from './texts.ts';
import { withServer } from './with-server.ts';
import type { ServerFlags } from './with-server.ts';

process.exitCode = await main();

/** Runs a command and gives its exit code; `exit.ts` and `docs/cli.md` say what each means. */
async function main(): Promise<number> {
  let code: number = exitCodes.made;
  let language = languageOf(process.env);
  const program = new Command('image2model')
    .description('Turns photos into 3D models.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const converting = program
    .command('convert')
    .description('make a model from each photo')
    .argument('<photos...>', 'JPEG, PNG, WebP or AVIF')
    .option('-o, --out <directory>', 'directory for the models', '.')
    .option(
      '--format <list>',
      `formats, separated by commas: ${downloadFormats.join(', ')}; default: glb`,
      parseFormats,
    )
    .option(
      '--size-mm <mm>',
      'longest side of the models in millimetres; default: 100 as stl or 3mf, 1000 otherwise',
      parseSizeMm,
    )
    .option('--origin <where>', 'where the origin is, of the bounding box: bottom or center', parseOrigin)
    .option('--face-limit <count>', 'maximum number of triangles in a model', parseFaceLimit)
    .option('--model <id>', 'the model to use')
    .option('--mask <file>', 'image that is white where the photo is kept; repeat it for several photos', collect)
    .option('--no-mask', 'ignore masks found beside the photos, like chair.mask.png for chair.jpg')
    .option('--shape <kind>', 'what kind of body the object becomes')
    .option('--depth <depth>', 'how thick it becomes')
    .option('--parts <which>', 'which of its separate parts to keep: all or the largest')
    .option('--options <json>', "all of the model's own options", parseOptions)
    .option('--fresh', 'do not reuse earlier results of the same photo', false)
    .option('--force', 'replace existing files', false)
    .option('--json', 'report everything as JSON lines', false);
  addServerOptions(converting).action(async (photos: string[], options: ConvertFlags) => {
    if (options.json) language = 'en';
    code = await runConvert(photos, options, language);
  });
  addCutsCommand(program, async (photos, options) => {
    if (options.json) language = 'en';
    code = await runCuts(photos, options, language);
  });
  program
    .command('serve')
    .description('serve the pages and the API; settings come from the environment')
    .action(async () => void (code = await runServe()));
  addShareCommand(addServerOptions(program.command('share'), 'which must have the job'), (ended) => (code = ended));
  addStoreCommands(program, (ended) => (code = ended));
  program
    .command('fal')
    .description('the hosted models of fal.ai')
    .command('check')
    .description('check FAL_KEY without spending anything, and show the prices')
    .action(async () => void (code = await runFalCheck()));
  try {
    await program.parseAsync();
    return code;
  } catch (error) {
    return explain(error, language);
  }
}

function addCutsCommand(program: Command, run: (photos: string[], flags: CutsFlags) => Promise<void>): void {
  const command = program
    .command('cuts')
    .description('list the ways to cut out the object of each photo, and write them as masks for convert --mask')
    .argument('<photos...>', 'JPEG, PNG, WebP or AVIF')
    .option('-o, --out <directory>', 'directory for the masks', '.')
    .option('--force', 'replace existing files', false)
    .option('--json', 'report everything as JSON lines', false);
  addServerOptions(command).action(run);
}

function addServerOptions(command: Command, otherwise = 'otherwise starts its own'): Command {
  return command
    .option('--server <url>', `server to use; default: IMAGE2MODEL_URL, ${otherwise}`, process.env['IMAGE2MODEL_URL'])
    .option('--api-key <key>', 'key for that server; default: IMAGE2MODEL_API_KEY');
}

/** What is done with a `DATA_DIR` and its jobs. */
function addStoreCommands(program: Command, end: (code: number) => void): void {
  const commands = [
    program
      .command('backup')
      .description('copy DATA_DIR, even while its server is running')
      .argument('<target>', 'a new folder, or a file that ends in .tar')
      .action(async (target: string) => end(await (await import('./store.ts')).runBackup(target))),
    program
      .command('restore')
      .description('restore a backup into DATA_DIR; the server must be stopped')
      .argument('<backup>', 'the folder or file that image2model backup made')
      .option('--force', 'move the contents of DATA_DIR aside first', false)
      .action(async (backup: string, options: { force: boolean }) => {
        end(await (await import('./store.ts')).runRestore(backup, options));
      }),
    program
      .command('check')
      .description('check every file in DATA_DIR against its checksum, and the states of all jobs')
      .option('--fix', 'fix what can be fixed; the server must be stopped', false)
      .action(async (options: { fix: boolean }) => end(await (await import('./store.ts')).runCheck(options))),
    program
      .command('adopt')
      .description('recover jobs from the files in DATA_DIR; the server must be stopped')
      .action(async () => end(await runAdopt())),
  ];
  for (const command of commands)
    command.addHelpText('after', '\nDATA_DIR is read from the environment; default: ./data');
}

interface CutsFlags extends ServerFlags {
  out: string;
  force: boolean;
  json: boolean;
}

interface ConvertFlags extends CutsFlags, ModelFlags {
  /** Paths; `false` with `--no-mask`. */
  mask?: string[] | false;
  format?: DownloadFormat[];
  sizeMm?: number;
  origin?: Origin;
  faceLimit?: number;
  model?: string;
  fresh: boolean;
}

// A server and a terminal's bars take most of a second to load, so they are loaded only when needed.
async function runServe(): Promise<number> {
  const { serve } = await import('../start.ts');
  return await serve(process.env);
}

async function runAdopt(): Promise<number> {
  const { readConfig } = await import('../config.ts');
  const { adopt } = await import('../identity/adopt.ts');
  const { left } = await adopt({ config: readConfig(process.env), print: (line) => out(`${line}\n`) });
  return left === 0 ? exitCodes.made : exitCodes.someFailed;
}

async function runFalCheck(): Promise<number> {
  const { readConfig } = await import('../config.ts');
  const { checkFalKey } = await import('../models/fal/check.ts');
  const { fal } = readConfig(process.env);
  if (fal === null) throw new UsageError({ text: 'FAL_KEY is not set' });
  const { outcome, lines } = await checkFalKey(fal, new AbortController().signal);
  (outcome === 'valid' ? out : err)(`${lines.join('\n')}\n`);
  return outcome === 'valid' ? exitCodes.made : exitCodes.server;
}

async function runConvert(photos: readonly string[], flags: ConvertFlags, language: Language): Promise<number> {
  const modelOptions = mergeModelOptions(flags);
  await checkOutDirectory(flags.out);
  const inputs = await readPhotos(photos, flags, language);
  return await withServer(flags, async (server, signal) => {
    return await convert({
      inputs,
      server,
      wanted: { formats: flags.format ?? ['glb'], sizeMm: flags.sizeMm, origin: flags.origin },
      output: createOutput({ directory: flags.out, force: flags.force }),
      reporter: await chooseReporter(flags.json, language),
      signal,
      faceLimit: flags.faceLimit,
      model: flags.model,
      modelOptions,
      fresh: flags.fresh,
    });
  });
}

/** The photos with their masks; says which masks those are, and which are left out. */
async function readPhotos(
  given: readonly string[],
  { mask, json }: ConvertFlags,
  language: Language,
): Promise<Input[]> {
  const { photos, masks } = separateMasks(given);
  const inputs = await readInputs(photos);
  const unused = await placeMasks(inputs, mask, masks);
  if (json) return inputs;
  const used = inputs.flatMap((input) =>
    input.mask ? [cliMessage('cli.mask_used', { file: input.given, mask: input.mask.given })] : [],
  );
  for (const note of [...unused, ...used]) err(`${say(note, language)}\n`);
  return inputs;
}

async function runCuts(photos: readonly string[], flags: CutsFlags, language: Language): Promise<number> {
  await checkOutDirectory(flags.out);
  const inputs = await readInputs(separateMasks(photos).photos);
  const list = process.stdout.isTTY
    ? listCutsReporter(out, err, undefined, language)
    : listCutsReporter(err, err, out, language);
  const report = flags.json ? jsonCutsReporter(out) : list;
  return await withServer(flags, async (server, signal) => {
    return await cutOut({ inputs, server, directory: flags.out, force: flags.force, report, signal });
  });
}

async function chooseReporter(json: boolean, language: Language): Promise<Reporter> {
  if (json) return jsonReporter(out);
  if (!process.stdout.isTTY) return plainReporter(out, err, language);
  const { barReporter } = await import('./bar-reporter.ts');
  return barReporter(out, language);
}

function out(text: string): void {
  process.stdout.write(text);
}

function err(text: string): void {
  process.stderr.write(text);
}

function explain(error: unknown, language: Language): number {
  if (error instanceof CommanderError) {
    // Help and version are errors to commander too; it has printed everything already.
    return error.exitCode === 0 ? exitCodes.made : exitCodes.usage;
  }
  err(`image2model: ${describeError(error, language)}\n`);
  return error instanceof UsageError || error instanceof ConfigError ? exitCodes.usage : exitCodes.server;
}

function describeError(error: unknown, language: Language): string {
  if (error instanceof CommandError) return say(error.reason, language);
  return error instanceof Error ? error.message : String(error);
}

/** An option that may be given more than once. */
function collect(text: string, before: unknown): string[] {
  return Array.isArray(before) ? [...(before as string[]), text] : [text];
}

function parseFaceLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < minFaceLimit || limit > maxFaceLimit) {
    throw new InvalidArgumentError(`It must be a whole number from ${minFaceLimit} to ${maxFaceLimit}.`);
  }
  return limit;
}

function parseOptions(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Reported below, like JSON that is not an object.
  }
  throw new InvalidArgumentError('It must be a JSON object.');
}
