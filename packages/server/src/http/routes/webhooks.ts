import { ApiError } from '../errors.ts';
import type { FalWebhooks } from '../../models/fal/webhooks.ts';
import type { Api } from './context.ts';

/** A result stands in the body as well, and it is not read: what is longer than this is none of fal's. */
const mostWebhookBytes = 1024 * 1024;

/** Where fal tells that a request has ended. Its signature is the credential. */
export async function webhookRoutes(app: Api, webhooks: FalWebhooks): Promise<void> {
  await app.register(async (scope) => {
    // The signature is of the very bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostWebhookBytes }, (_request, body, done) => {
      done(null, body);
    });
    scope.post(
      '/webhooks/fal',
      { bodyLimit: mostWebhookBytes, config: { access: 'signed' }, schema: { hide: true } },
      async (request, reply) => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        const outcome = await webhooks.receive({ headers: request.headers, body });
        request.log.debug({ outcome }, 'a webhook of fal came');
        switch (outcome) {
          case 'taken':
          case 'repeated':
            return await reply.code(204).send();
          case 'keyless':
            throw new ApiError('PROVIDER_UNAVAILABLE', "fal.ai's public keys cannot be read just now; send it again.");
          case 'forged':
          case 'late':
            throw new ApiError(
              'UNAUTHENTICATED',
              'The webhook bears no valid signature of fal.ai of the last 5 minutes.',
            );
          default:
            return outcome satisfies never;
        }
      },
    );
  });
}
