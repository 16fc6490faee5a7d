import { expect, it, onTestFinished } from 'vitest';
import { createFalClient } from '../../../src/models/fal/client.ts';
import { follow } from '../../../src/models/fal/follow.ts';
import { picture } from '../../support/server.ts';
import { startPlain } from './plain-client.ts';
import { falKey } from './server.ts';

it('asks fal at once where an ending is reported while it waits between two polls', async () => {
  const { fal, upload, submit } = await startPlain({ plan: { hold: 'run' } });
  const { queueUrl, restUrl } = fal;
  const timings = { firstBackoffMs: 600_000, maxBackoffMs: 600_000 };
  const client = createFalClient({ key: falKey, queueUrl, restUrl, apiUrl: restUrl, timings });
  onTestFinished(() => client.close());
  const model = 'fal-ai/trellis';
  const { request_id: requestId } = await submit(model, { image_url: await upload(await picture()) });
  fal.fault({ at: 'stream', kind: 'answer', status: 503, times: 9 });
  const reported = Promise.withResolvers<void>();
  const polled = Promise.withResolvers<void>();
  const following = follow(
    client,
    { model, requestId },
    {
      signal: new AbortController().signal,
      ended: reported.promise,
      onProgress: () => polled.resolve(),
      onKeyRefused: () => undefined,
    },
  );
  await polled.promise;
  fal.release();
  await fal.until(({ submits }) => submits[0]?.status === 'COMPLETED');
  reported.resolve();
  expect(await following).toMatchObject({ status: 'COMPLETED' });
});
