import { findProgram } from '../support/program.ts';
import type { RunningProxy } from '../support/proxy.ts';

const program = findProgram('nginx', ['-v']);

export const { missing, version } = program;

interface NginxOptions {
  scheme?: 'http' | 'https';
  host?: string;
}

/** Starts one with these lines within `http`, made from a free port. It runs as one process, in the foreground. */
export function startNginx(lines: (port: number) => string, options: NginxOptions = {}): Promise<RunningProxy> {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = (port: number, directory: string): string => `
daemon off;
master_process off;
pid ${directory}/pid;
error_log ${directory}/log;
events { worker_connections 1024; }
http {
access_log off;
${paths.map((path) => `${path}_temp_path ${directory}/${path};`).join('\n')}
${lines(port)}
}
`;
  return program.start({ configuration, args: argumentsOf, ...options });
}

function argumentsOf(file: string, directory: string): string[] {
  return ['-p', directory, '-e', `${directory}/log`, '-c', file];
}
