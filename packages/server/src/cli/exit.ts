import type { Message } from '@image2model/protocol';

/** The exit codes of the command line. */
export const exitCodes = {
  /** Every photo became a model. */
  made: 0,
  /** At least one photo did not. */
  someFailed: 1,
  /** The command itself is wrong: an option, or a file that is not there. Nothing was started. */
  usage: 2,
  /** The server cannot be reached, refuses the key, or is out of order. */
  server: 3,
  /** Ctrl-C; what ran was cancelled. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What ends a command before its end; `reason` is for the person who typed it. */
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
