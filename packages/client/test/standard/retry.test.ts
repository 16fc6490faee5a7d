import { expect, test } from 'vitest';
import type { ConnectionOptions } from '../../src/connection-options.ts';
import { listen } from './support/listen.ts';
import { startRawServer, stream } from './support/raw-server.ts';

/** How long the client waits after a server has sent this body and closed the stream. */
async function waitAfter(body: string, options: ConnectionOptions = { backoff: {} }): Promise<number | undefined> {
  const server = await startRawServer(stream(body));
  const { reconnects } = listen(server.url, options);
  await expect.poll(() => reconnects.length).toBeGreaterThan(0);
  return reconnects[0]?.delayMs;
}

test.for([
  ['retry: 3000', 3000],
  ['retry:3000', 3000],
  ['retry:03000', 3000],
  ['retry: 1\nretry: 2000', 2000],
  ['retry: 3\rdata: x\r\n\r\nretry: 4000\n', 4000],
] as const)('%j is the time to wait after the server has closed the stream', async ([field, expected]) => {
  expect(await waitAfter(`${field}\ndata: x\n\n`)).toBe(expected);
});

test.for([
  '',
  ':',
  ': ',
  ':1000x',
  ':x1000',
  ': -1',
  ':+5',
  ':1e3',
  ':5.5',
  ':0x10',
  ':  5',
  ':5 ',
  ':\0',
  ':٣',
  ':1000\0',
])('“retry%s” is no time and is ignored', async (field) => {
  expect(await waitAfter(`retry: 777\nretry${field}\ndata: x\n\n`)).toBe(777);
});

test('it counts as soon as its line has come, whether or not an event follows', async () => {
  expect(await waitAfter('retry: 777\n')).toBe(777);
  expect(await waitAfter('data: x\n\nevent: y\nretry: 778\ndata: z')).toBe(778);
});

test('a line that has not come whole is ignored', async () => {
  expect(await waitAfter('retry: 777\nretry: 99')).toBe(777);
});

test.for(['1800000', '99999999999999999999', '9'.repeat(400)])(
  'a huge one waits no longer than the cap: %s',
  async (ms) => {
    expect(await waitAfter(`retry: ${ms}\ndata: x\n\n`, { backoff: { capMs: 5_000 } })).toBe(5_000);
  },
);

test('it outlives the connection', async () => {
  const server = await startRawServer(stream('retry: 3\ndata: x\n\n'), stream('data: y\n\n'), stream('data: z\n\n'));
  const { reconnects } = listen(server.url, { backoff: {} });
  await expect.poll(() => reconnects.length).toBe(3);
  expect(reconnects[0]?.delayMs).toBe(3);
  for (const { delayMs } of reconnects) expect(delayMs).toBeLessThanOrEqual(3);
});
