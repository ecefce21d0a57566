import { describe, expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import type { Kind } from './trials.ts';

const long = process.env.CACHEWRIGHT_LONG === '1';
/** Of all kinds together: 1,500, or 20,000 in a long run. */
const SHARES: Readonly<Record<Kind, number>> = { config: 500, manifest: 300, image: 200, bolt: 500 };
const seed = Number(process.env.CACHEWRIGHT_SEED ?? (long ? Date.now() % 2 ** 31 : 20_240_102));

describe('mutants end in a cache or in a CacheError, soon and in little memory', () => {
  test.each(Object.entries(SHARES) as [Kind, number][])('%s', { timeout: 1_200_000 }, async (kind, share) => {
    const count = long ? Math.ceil((share * 40) / 3) : share;
    const { read, refused } = await runCampaign(kind, seed, count);
    process.stdout.write(`${kind}: ${count} mutants with seed ${seed}: ${read} read, ${refused} refused\n`);
    expect(read + refused).toBe(count);
    // A campaign in which one side is missing mutates too much or too little.
    expect(Math.min(read, refused)).toBeGreaterThan(count / 50);
  });
});
