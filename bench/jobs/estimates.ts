/* oxlint-disable no-restricted-imports -- measures the queue itself, without the server around it */
import { mock } from 'node:test';
import { join } from 'node:path';
import { createSqliteEngine } from '../../packages/server/src/engine/sqlite/engine.ts';
import { simulateLoad } from '../../packages/server/test/support/simulated-load.ts';
import type { Estimate, Load, SimulatedModel } from '../../packages/server/test/support/simulated-load.ts';
import { seededRandom } from '../../scripts/test/seeded-random.ts';

/** What is left when rounding to whole seconds rules is not counted. */
const leastSeconds = 2;

const local: SimulatedModel = { id: 'local', seconds: [3, 8] };
const second: SimulatedModel = { id: 'fine', seconds: [10, 30] };
const remote: SimulatedModel = { id: 'hosted', seconds: [40, 60], concurrency: 8 };
const four = { places: 4, models: [local], spread: 0.35 };

const loads: Record<string, Load> = {
  '1 file alone, 100 times': { ...four, arrivals: every(100, 60, { jobs: 1, files: 1, model: 'local' }) },
  '1 batch of 25 alone, 12 times': { ...four, arrivals: every(12, 120, { jobs: 1, files: 25, model: 'local' }) },
  '1 batch of 6 alone, 12 times': { ...four, arrivals: every(12, 60, { jobs: 1, files: 6, model: 'local' }) },
  '1 batch of 500': { ...four, arrivals: [{ at: 0, jobs: 1, files: 500, model: 'local' }] },
  '20 batches of 25 at once': { ...four, arrivals: [{ at: 0, jobs: 20, files: 25, model: 'local' }] },
  '20 batches of 25 at once, 16 places': {
    ...four,
    places: 16,
    arrivals: [{ at: 0, jobs: 20, files: 25, model: 'local' }],
  },
  '1 batch of 500, 100 single files after a minute': {
    ...four,
    arrivals: [
      { at: 0, jobs: 1, files: 500, model: 'local' },
      { at: 60, jobs: 100, files: 1, model: 'local' },
    ],
  },
  'batches of 1 to 500, one every minute': {
    ...four,
    arrivals: [1, 100, 3, 25, 1, 500, 8, 2, 50, 1, 12, 25].map((files, index) => ({
      at: index * 60,
      jobs: 1,
      files,
      model: 'local',
    })),
  },
  'two local models, 10 batches of 10 of each': {
    ...four,
    models: [local, second],
    arrivals: [
      { at: 0, jobs: 10, files: 10, model: 'local' },
      { at: 5, jobs: 10, files: 10, model: 'fine' },
    ],
  },
  'two local models, 1 batch of 50 of each': {
    ...four,
    models: [local, second],
    arrivals: [
      { at: 0, jobs: 1, files: 50, model: 'local' },
      { at: 5, jobs: 1, files: 50, model: 'fine' },
    ],
  },
  'a local and a hosted model, 10 batches of 12 of each': {
    ...four,
    models: [local, remote],
    arrivals: [
      { at: 0, jobs: 10, files: 12, model: 'local' },
      { at: 0, jobs: 10, files: 12, model: 'hosted' },
    ],
  },
  '20 batches of 25, one attempt in five fails': {
    ...four,
    models: [{ ...local, failing: 0.2 }],
    arrivals: [{ at: 0, jobs: 20, files: 25, model: 'local' }],
  },
};

/** How true the estimates of `eta_seconds` are, on a simulated clock: the same figures on every machine. */
export async function estimates(directory: string): Promise<[work: string, figure: string, goal: string][]> {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const rows: [string, string, string][] = [];
    const total: Estimate[] = [];
    for (const [name, load] of Object.entries(loads)) {
      const all = await estimatesOf(join(directory, `estimates-${rows.length}.db`), load);
      total.push(...all);
      rows.push([`eta: ${name}`, figureOf(all), '≥ 90 %']);
    }
    rows.push(['eta: all of them', figureOf(total), '≥ 90 %']);
    return rows;
  } finally {
    mock.timers.reset();
  }
}

async function estimatesOf(file: string, load: Load): Promise<Estimate[]> {
  let now = 0;
  const engine = await createSqliteEngine({ file, now: () => now });
  const advance = async (ms: number): Promise<void> => {
    now += ms;
    mock.timers.tick(ms);
  };
  const all = await simulateLoad({ engine, advance, random: seededRandom(1) }, load);
  await engine.close();
  return all.estimates;
}

function figureOf(all: readonly Estimate[]): string {
  const counted = all.filter(({ took }) => took >= leastSeconds);
  const ratios = counted.map(({ said, took }) => said / took).toSorted((a, b) => a - b);
  const share = ratios.filter((ratio) => ratio <= 1.5 && ratio >= 1 / 1.5).length / ratios.length;
  const at = (part: number) => (ratios[Math.floor(part * (ratios.length - 1))] ?? 0).toFixed(2);
  return `${(100 * share).toFixed(1)} % within 1.5 × of ${ratios.length} (5 %: ${at(0.05)}, 50 %: ${at(0.5)}, 95 %: ${at(0.95)})`;
}

function every<Arrival>(times: number, seconds: number, arrival: Arrival): (Arrival & { at: number })[] {
  return Array.from({ length: times }, (_, index) => ({ ...arrival, at: index * seconds }));
}
