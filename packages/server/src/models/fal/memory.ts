import { z } from 'zod';

const priceSchema = z.object({ amount: z.number(), currency: z.string(), unit: z.string() }).nullable();

const memorySchema = z.discriminatedUnion('step', [
  // Written before the photo is uploaded: work that fal has a part in is not given up because a process died twice. The
  // money is set aside under the same name again, and so only once.
  z.object({ step: z.literal('begun'), spending: z.string() }),
  // Written before a request is sent: it may have been taken, whatever came after.
  z.object({ step: z.literal('intent'), spending: z.string() }),
  // Written when fal has told its id: the work goes on with that.
  z.object({
    step: z.literal('submitted'),
    spending: z.string(),
    requestId: z.string(),
    /** Ms since the epoch. */
    submittedAt: z.number(),
    /** As it was quoted, so that the cost is counted by it after a restart too. */
    price: priceSchema,
    warnings: z.array(z.string()),
  }),
]);

/** What is stored of a file's request, for the attempt that follows a crash. */
export type FalMemory = z.infer<typeof memorySchema>;
export type Submitted = Extract<FalMemory, { step: 'submitted' }>;

/** What an earlier attempt stored. What cannot be read may have been an intent, and is taken for one. */
export function readMemory(remembered: unknown): FalMemory | undefined {
  if (remembered === undefined || remembered === null) return undefined;
  const parsed = memorySchema.safeParse(remembered);
  return parsed.success ? parsed.data : { step: 'intent', spending: '' };
}
