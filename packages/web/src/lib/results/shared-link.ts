/** What a shared link names. */
export interface SharedModel {
  jobId: string;
  filename: string;
  ticket: string;
}

/**
 * The address that shows one model to whoever has it. Everything is in the fragment, which a browser does not send: the
 * ticket is in no log, and a messenger that fetches a preview of the link does not use it up.
 */
export function sharedAddress(origin: string, { jobId, filename, ticket }: SharedModel): string {
  return `${origin}/shared#${new URLSearchParams({ job: jobId, file: filename, ticket })}`;
}

/** Reads the fragment of an address; undefined if it is not a shared link, or was cut short. */
export function parseSharedHash(hash: string): SharedModel | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const [jobId, filename, ticket] = [parts.get('job'), parts.get('file'), parts.get('ticket')];
  if (!jobId || !filename || !ticket || !/^[0-9a-f-]{36}$/i.test(jobId)) return undefined;
  return { jobId, filename, ticket };
}
