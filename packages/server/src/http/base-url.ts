import type { FastifyRequest } from 'fastify';
import { isHttps } from '../auth/guard.ts';

/**
 * The address that a request reached this server at: PUBLIC_URL where it is set, otherwise by the request's own host. Empty
 * for a host that is none.
 */
export function baseUrlOf(
  request: Pick<FastifyRequest, 'headers' | 'protocol' | 'host'>,
  publicUrl: string | null,
): string {
  if (publicUrl !== null) return publicUrl;
  const { host } = request;
  if (!/^([a-z\d.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host)) return '';
  return `${isHttps(request) ? 'https' : 'http'}://${host}`;
}
