/** What the command line ends with. */
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

/** The command was wrong; the message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server cannot be used; the message is for a person. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
