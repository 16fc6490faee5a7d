import { message } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/cli/inputs.ts';
import { jsonReporter, plainReporter } from '../../src/cli/reporter.ts';
import { languageOf, say } from '../../src/cli/texts.ts';

const chair: Input = { given: 'chair.png', path: '/photos/chair.png', name: 'chair.png' };
const full = { status: 'failed', code: 'STORAGE_FULL', error: message('file.storage_full') } as const;

describe('the language of the command line', () => {
  it.each([
    [{ LANG: 'de_DE.UTF-8' }, 'de'],
    [{ LANG: 'de' }, 'de'],
    [{ LANG: 'de_AT@euro' }, 'de'],
    [{ LC_MESSAGES: 'de_CH.UTF-8', LANG: 'en_US.UTF-8' }, 'de'],
    [{ LC_ALL: 'C', LC_MESSAGES: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LC_ALL: '', LANG: 'de_DE.UTF-8' }, 'de'],
    [{ LANG: 'dev_XX' }, 'en'],
    [{}, 'en'],
  ])('is that of the POSIX locale: %j', (env, language) => {
    expect(languageOf(env)).toBe(language);
  });

  it('leaves a message in English where there is no German for it', () => {
    expect(say(message('queue.position', { position: 3 }), 'de')).toBe('In der Warteschlange, Platz 3');
    expect(say({ text: 'Polishing', id: 'another.model' }, 'de')).toBe('Polishing');
    expect(say({ text: 'Polishing', id: 'toString' }, 'de')).toBe('Polishing');
    expect(say({ text: 'Polishing' }, 'de')).toBe('Polishing');
  });

  it('holds for what the server says and for the summary', async () => {
    let written = '';
    const write = (text: string): void => void (written += text);
    const reporter = plainReporter(write, write, 'de');
    reporter.end(chair, full);
    await reporter.finish({ total: 4, completed: 3, failed: 1, cancelled: 0, seconds: 2.1 });
    expect(written).toBe(
      'chair.png: Der Speicher ist voll (STORAGE_FULL)\n3 von 4 Modellen in 2,1 s erstellt, 1 fehlgeschlagen\n',
    );
  });
});

it('writes JSON lines in English, with the ids that other languages are made from', () => {
  const written: unknown[] = [];
  const reporter = jsonReporter((text) => void written.push(JSON.parse(text)));
  reporter.progress(chair, 0, message('queue.position', { position: 3 }));
  reporter.progress(chair, 40, { text: 'Polishing' });
  reporter.end(chair, full);
  expect(written).toEqual([
    {
      event: 'progress',
      input: 'chair.png',
      progress: 0,
      message: 'Waiting in the queue, number 3',
      message_id: 'queue.position',
      message_values: { position: 3 },
    },
    { event: 'progress', input: 'chair.png', progress: 40, message: 'Polishing' },
    {
      event: 'failed',
      input: 'chair.png',
      code: 'STORAGE_FULL',
      error: 'The server is out of storage',
      message_id: 'file.storage_full',
    },
  ]);
});
