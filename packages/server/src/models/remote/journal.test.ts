import { describe, expect, it } from 'vitest';
import { readJournal } from './journal.ts';

const price = { amount: 0.02, currency: 'USD', unit: 'generations' };

describe('the journal', () => {
  it('is read as it is written', () => {
    const entries = [
      { step: 'begun', ourId: 'o' },
      { step: 'intent', ourId: 'o' },
      {
        step: 'submitted',
        ourId: 'o',
        jobId: 'j',
        submittedAt: 5,
        price,
        warnings: [{ text: 'Few faces', id: 'provider.lowest_quality', values: { faces: 8000 } }, { text: 'plain' }],
      },
    ];
    for (const entry of entries) expect(readJournal(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    for (const nothing of [undefined, null]) expect(readJournal(nothing)).toBeUndefined();
  });

  it('goes on with what version 0.1 stored', () => {
    expect(readJournal({ step: 'begun', spending: 's' })).toEqual({ step: 'begun', ourId: 's' });
    expect(readJournal({ step: 'intent', spending: 's' })).toEqual({ step: 'intent', ourId: 's' });
    const submitted = { step: 'submitted', spending: 's', requestId: 'r', submittedAt: 5, price: null };
    expect(readJournal({ ...submitted, warnings: ['Few faces'] })).toEqual({
      step: 'submitted',
      ourId: 's',
      jobId: 'r',
      submittedAt: 5,
      price: null,
      warnings: [{ text: 'Few faces' }],
    });
  });

  it('counts what cannot be read as an intent', () => {
    for (const odd of ['garbage', 7, [], {}, { step: 'submitted' }, { step: 'submitted', spending: 's' }]) {
      expect(readJournal(odd)).toEqual({ step: 'intent', ourId: '' });
    }
  });
});
