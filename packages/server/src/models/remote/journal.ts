import { z } from 'zod';

const priceSchema = z.object({ amount: z.number(), currency: z.string(), unit: z.string() }).nullable();
const warningSchema = z.union([
  z.object({
    text: z.string(),
    id: z.string().optional(),
    values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
  // In entries of version 0.1: a sentence alone.
  z.string().transform((text) => ({ text })),
]);

const entrySchema = z.discriminatedUnion('step', [
  // Written before the pictures are uploaded: work that a provider has a part in is not given up because a process died
  // twice. Money is set aside under the same id again, and so only once.
  z.object({ step: z.literal('begun'), ourId: z.string() }),
  // Written before a request is sent: it may have been accepted, whatever came after.
  z.object({ step: z.literal('intent'), ourId: z.string() }),
  // Written when the provider has named the job: the work goes on with that.
  z.object({
    step: z.literal('submitted'),
    ourId: z.string(),
    jobId: z.string(),
    /** Ms since the epoch. */
    submittedAt: z.number(),
    /** As it was quoted, so that the cost is counted by it after a restart too. */
    price: priceSchema,
    warnings: z.array(warningSchema),
  }),
]);

/** What is stored of a file's job at a provider, for the attempt that follows a crash, and for whoever cancels it. */
export type JournalEntry = z.infer<typeof entrySchema>;
export type Submitted = Extract<JournalEntry, { step: 'submitted' }>;

/** What an earlier attempt stored. What cannot be read may have been an intent, and counts as one. */
export function readJournal(remembered: unknown): JournalEntry | undefined {
  if (remembered === undefined || remembered === null) return undefined;
  const parsed = entrySchema.safeParse(withCurrentNames(remembered));
  return parsed.success ? parsed.data : { step: 'intent', ourId: '' };
}

/** Jobs go on after an upgrade: earlier versions, which knew fal alone, had other names for the two ids. */
function withCurrentNames(remembered: unknown): unknown {
  if (typeof remembered !== 'object' || remembered === null || !('spending' in remembered)) return remembered;
  const { spending, ...rest } = remembered;
  return 'requestId' in rest ? { ...rest, ourId: spending, jobId: rest.requestId } : { ...rest, ourId: spending };
}
