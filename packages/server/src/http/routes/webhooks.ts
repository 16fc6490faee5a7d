import { message } from '@image2model/protocol';
import type { FastifyInstance } from 'fastify';
import type { DeliveryOutcome, Provider, ProviderWebhook } from '../../models/provider.ts';
import { ApiError } from '../errors.ts';
import type { Api } from './context.ts';

/** What a provider sends is only a hint that a job has ended, and is not read beyond that. */
const maxWebhookBytes = 1024 * 1024;

/** Where providers report that a job has ended. The signature is the credential. */
export async function webhookRoutes(app: Api, providers: readonly Provider[]): Promise<void> {
  await app.register(async (scope) => {
    // The signature is of the very bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxWebhookBytes }, (_request, body, done) => {
      done(null, body);
    });
    for (const { id, webhook } of providers) if (webhook !== undefined) webhookRoute(scope, id, webhook);
  });
}

function webhookRoute(scope: FastifyInstance, provider: string, webhook: ProviderWebhook): void {
  scope.post(
    `/webhooks/${provider}`,
    { bodyLimit: maxWebhookBytes, config: { access: 'signed' }, schema: { hide: true } },
    async (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const outcome = await webhook.receive({ headers: request.headers, body });
      request.log.debug({ provider, outcome }, 'a webhook came');
      refuse(outcome, provider);
      return await reply.code(204).send();
    },
  );
}

function refuse(outcome: DeliveryOutcome, provider: string): void {
  switch (outcome) {
    case 'accepted':
    case 'repeated':
      return;
    case 'keyless':
      throw new ApiError('PROVIDER_UNAVAILABLE', message('error.webhook_keys_unavailable', { provider }));
    case 'forged':
    case 'late':
      throw new ApiError('UNAUTHENTICATED', message('error.webhook_signature_invalid', { provider }));
    default:
      outcome satisfies never;
  }
}
