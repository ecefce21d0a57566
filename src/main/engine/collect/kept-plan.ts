import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { collectPlanSchema } from '../../../shared/model/collect.ts';
import { digestSchema } from '../../../shared/oci/digest.ts';
import { BlobList } from './blob-list.ts';

const textSchema = z.object({
  plan: collectPlanSchema,
  looks: z.array(z.tuple([z.string(), z.string()])),
  /** In columns: a plan may have a million lines. */
  digests: z.array(digestSchema),
  sizes: z.array(z.number()),
  modifiedAt: z.array(z.number()),
});

/** A plan with all that an apply needs. `looks`: the manifests that it was made from, by name. */
export interface KeptPlan {
  readonly plan: z.infer<typeof collectPlanSchema>;
  readonly looks: ReadonlyMap<string, string>;
  readonly goes: BlobList;
}

/** Its text. */
export function printPlan({ plan, looks, goes }: KeptPlan): string {
  const lines = goes.slice(0, goes.length);
  const text: z.input<typeof textSchema> = {
    plan,
    looks: [...looks],
    digests: lines.map(({ digest }) => digest),
    sizes: lines.map(({ size }) => size),
    modifiedAt: lines.map(({ modifiedAt }) => modifiedAt),
  };
  return JSON.stringify(text);
}

/** Reads it back. @throws `CORRUPT` naming the plan */
export function parsePlan(text: string, name: string): KeptPlan {
  try {
    const { plan, looks, digests, sizes, modifiedAt } = textSchema.parse(JSON.parse(text));
    const goes = new BlobList();
    for (const [i, digest] of digests.entries()) {
      goes.add({ digest, size: sizes[i] ?? 0, modifiedAt: modifiedAt[i] ?? 0 });
    }
    return { plan, looks: new Map(looks), goes };
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The plan cannot be read.', { subject: name, hint: 'Make a new one.', cause });
  }
}
