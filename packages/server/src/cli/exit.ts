import type { Message } from '@image2model/protocol';

/** The exit codes of the command line. */
export const exitCodes = {
  /** Every photo became a model; all is well. */
  made: 0,
  /** At least one photo did not become a model; something of a store is lost, or what was asked for was not done. */
  someFailed: 1,
  /** The command is wrong: an invalid option, or a missing file. Nothing was started. */
  usage: 2,
  /** The server cannot be reached, rejects the key, or does not work. */
  server: 3,
  /** Ctrl-C; the run was cancelled. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command early; `reason` is for the person who typed it. */
export class CommandError extends Error {
  readonly reason: Message;

  constructor(reason: Message) {
    super(reason.text);
    this.reason = reason;
  }
}

/** The command was wrong. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}

/** The server cannot be used. */
export class ServerError extends CommandError {
  override readonly name = 'ServerError';
}

/** What to say of anything that was thrown. */
export function reasonOf(error: unknown): Message {
  if (error instanceof CommandError) return error.reason;
  return { text: error instanceof Error ? error.message : String(error) };
}
