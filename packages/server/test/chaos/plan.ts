import { between, seededRandom, shuffled } from '../../../../scripts/test/seeded-random.ts';

/** What a test file does, by the first word of its name: every attempt behaves as the name says. */
export type Fate = 'fine' | 'slow' | 'throwsonce' | 'throws' | 'crashesonce' | 'crashes' | 'bad' | 'hangs';

/** What the client does with a job besides following it. */
export type Wish = 'cancel' | 'cancel-file' | 'retry' | 'delete';

export interface PlannedFile {
  name: string;
  fate: Fate;
  delayMs: number;
  /** One of a few photos that are uploaded again and again, so that earlier results are taken; null for one of its own. */
  photo: number | null;
}

export interface PlannedJob {
  /** The name tells the model what to do: `slow-120-3.png` takes 120 ms. */
  files: PlannedFile[];
  wishes: ReadonlySet<Wish>;
  /** After how many ms a wish to cancel is said. */
  cancelAfterMs: number;
}

/** What happens to the server, its disk, its clock or the files that it has stored. */
export const faultKinds = [
  'kill',
  'kill twice',
  'freeze',
  'stop',
  'nearly full',
  'full',
  'full and killed',
  'full and cut',
  'power cut after an upload',
  'power cut after a cancel',
  'power cut after a retry',
  'power cut after a delete',
  'power cut twice',
  'clock back',
  'clock forward',
  'clock back while down',
  'clock forward while down',
  'idle connections',
  'no descriptors',
  'no threads',
  'model deleted',
  'model truncated',
  'model altered',
  'photo deleted',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** What happens once so many uploads have been accepted. */
export interface PlannedFault {
  kind: FaultKind;
  afterUploads: number;
  /** Waits so long after that upload, so that it hits any moment of the work. */
  delayMs: number;
}

export interface Plan {
  jobs: PlannedJob[];
  faults: PlannedFault[];
}

const uploadsPerFault = 25;

/** The same plan for the same seed: what is uploaded, what each file does, and which of the faults come when. */
export function makePlan(seed: number, jobCount: number, faultsOf: readonly FaultKind[] = faultKinds): Plan {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;

  const fate = (): Fate => {
    const roll = random();
    if (roll < 0.62) return 'fine';
    if (roll < 0.74) return 'slow';
    if (roll < 0.82) return 'throwsonce';
    if (roll < 0.86) return 'throws';
    if (roll < 0.91) return 'crashesonce';
    if (roll < 0.93) return 'crashes';
    return roll < 0.97 ? 'bad' : 'hangs';
  };
  const jobs = Array.from({ length: jobCount }, (_, index): PlannedJob => {
    const count = chance(0.7) ? 1 : chance(0.8) ? between(random, 2, 4) : between(random, 5, 12);
    const files = Array.from({ length: count }, (__, at) => {
      const chosen = fate();
      const photo = (chosen === 'fine' || chosen === 'slow') && chance(0.2) ? between(random, 0, 9) : null;
      const delayMs = chosen === 'slow' ? between(random, 200, 900) : between(random, 0, 60);
      return { fate: chosen, delayMs, photo, name: `${chosen}-${delayMs}-${index}-${at}.png` };
    });
    const wishes = new Set<Wish>();
    if (chance(0.08)) wishes.add('cancel');
    else if (chance(0.05)) wishes.add('cancel-file');
    if (chance(0.3)) wishes.add('retry');
    if (chance(0.08)) wishes.add('delete');
    return { files, wishes, cancelAfterMs: between(random, 0, 400) };
  });

  const faultCount = Math.max(faultsOf.length, Math.round(jobCount / uploadsPerFault));
  const rounds = Math.ceil(faultCount / faultsOf.length);
  // Each kind once before any comes again.
  const kinds = Array.from({ length: rounds }, () => shuffled(random, faultsOf)).flat();
  const faults = kinds.slice(0, faultCount).map((kind, index): PlannedFault => ({
    kind,
    afterUploads: Math.floor(((index + 0.2 + random() * 0.6) * jobCount) / faultCount),
    delayMs: between(random, 0, 250),
  }));
  return { jobs, faults };
}
