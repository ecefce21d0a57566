import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PrunePolicy } from '../../../shared/model/plan.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { arbitrarySource } from '../catalog/testing/arbitrary-source.ts';
import { digestOf, type SmallSource, smallSource } from '../catalog/testing/small-source.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import { REASONS, reasonText } from './reasons.ts';
import { naivePlan } from './testing/naive-plan.ts';
import { planOf } from './testing/plan-of.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const DAY = 86_400_000;

/**
 * base ← tool ← code, and base ← docs. `copy` takes a file out of `code` by its content: it is found through `code` and
 * builds on `base` alone.
 */
const SHOP: SmallSource = {
  caches: [
    {
      config: {
        layers: [
          { blob: 'base' },
          { blob: 'tool', parent: 0 },
          { blob: 'code', parent: 1 },
          { blob: 'docs', parent: 0 },
        ],
        records: [
          { digest: 'image' },
          { digest: 'base', inputs: [[{ link: 0 }]], layers: [{ layer: 0, createdAt: '2026-01-01T00:00:00Z' }] },
          { digest: 'tool', inputs: [[{ link: 1 }]], layers: [{ layer: 1, createdAt: '2026-01-02T00:00:00Z' }] },
          { digest: 'code', inputs: [[{ link: 2 }]], layers: [{ layer: 2, createdAt: '2026-01-03T00:00:00Z' }] },
          {
            digest: 'docs',
            inputs: [[{ link: 1 }], [{ link: 3, selector: 's' }]],
            layers: [{ layer: 3, createdAt: '2026-01-04T00:00:00Z' }],
          },
          { digest: 'checked', inputs: [[{ link: 3 }]], layers: [{ layer: 2, createdAt: '2026-01-03T01:00:00Z' }] },
        ],
      },
    },
  ],
  sizes: { base: 1000, tool: 200, code: 30, docs: 4, lost: 7 },
};
/** The same, and a blob that nothing refers to. */
const WITH_LOST: SmallSource = { ...SHOP, orphans: ['lost'] };

/** Digest → word, so that plans read like the source. */
const WORDS = new Map(
  ['image', 'base', 'tool', 'code', 'docs', 'checked', 'lost', 'old', 'new'].map((word) => [digestOf(word), word]),
);
const word = (id: string) => id.replace(/^sha256:[0-9a-f]+/, (digest) => WORDS.get(digest) ?? digest);

async function plan(source: SmallSource, policy: PrunePolicy, now = NOW) {
  const draft = planOf(await smallSource(source), policy, now);
  const total = draft.goes.filter(({ reason }) => reason === 'over-size').length;
  const line = ({ id, bytes, reason, count, stays }: (typeof draft.goes)[number]) =>
    `${word(id)} ${bytes}: ${reasonText(reason, count, total, policy)}${stays ? ' (stays)' : ''}`;
  return {
    goes: draft.goes.map(line),
    stays: draft.stays.map(line),
    blobs: draft.blobs.map(word).sort(),
    bytes: [draft.freedBytes, draft.keepBytes],
  };
}

describe('a plan', () => {
  test('by size: leaves go, oldest first, records with the same top layer together, until it fits', async () => {
    expect(await plan(SHOP, { maxBytes: 1010 })).toEqual({
      // `code` is as old as its newest result. Two records have it on top: the second of them frees it.
      goes: [...['checked', 'code'].sort(byDigest)]
        // `docs` is found through `code`, and `code` through `tool`: their records stay.
        .map((name, i) => `${name} ${i * 30}: over 1010 B, ${i + 1} of 3 to go${name === 'code' ? ' (stays)' : ''}`)
        .concat('tool 200: over 1010 B, 3 of 3 to go (stays)'),
      stays: [
        'base 1000: 1 kept record builds on it',
        'docs 4: fits below 1010 B',
        ...['code', 'image', 'tool']
          .sort(byDigest)
          .map((name) => `${name} 0: takes no space: other records are found through it`),
      ],
      blobs: ['code', 'tool'],
      bytes: [230, 1004],
    });
  });

  test('nothing goes when it fits', async () => {
    const { goes, stays, bytes } = await plan(SHOP, { maxBytes: 1234 });
    expect([goes, stays.length, bytes]).toEqual([[], 6, [0, 1234]]);
  });

  test('a record without a result stays while one that stays is found through it', async () => {
    const policy = { maxBytes: 1010 };
    const draft = planOf(await smallSource(SHOP), policy, NOW);
    // `code` and `tool` lose their results; `docs` is found through `code`, `code` through `tool`.
    expect(draft.goes.map(({ id, stays }) => [word(id), stays ?? false]).sort()).toEqual([
      ['checked', false],
      ['code', true],
      ['tool', true],
    ]);
    expect(draft.stays.map(({ id }) => word(id)).sort()).toEqual(['base', 'code', 'docs', 'image', 'tool']);
    expect(draft.goes.map(({ reason }) => reason)).not.toContain('unfound');
  });

  test('when nothing keeps a result, every record goes, the roots too', async () => {
    const { goes, stays, blobs, bytes } = await plan(SHOP, { maxBytes: 0 });
    expect(goes.at(-1)).toBe('image 0: no record of its cache keeps a result');
    expect([goes.length, stays, blobs, bytes]).toEqual([6, [], ['base', 'code', 'docs', 'tool'], [1234, 0]]);
    expect((await plan(SHOP, { all: true })).goes.map((line) => line.replace(/:.*/, ''))).toEqual(
      goes.map((line) => line.replace(/:.*/, '')),
    );
  });

  test('a duration protects above a size, and what lies below it', async () => {
    // Younger than 29 days at 1 February: 3 January 01:00 and after.
    expect(await plan(SHOP, { maxBytes: 0, keepDurationMs: 29 * DAY })).toMatchObject({
      goes: [],
      bytes: [0, 1234],
    });
    const { goes, stays } = await plan(SHOP, { keepDurationMs: 28.5 * DAY });
    expect(goes).toEqual([
      ...['checked', 'code']
        .sort(byDigest)
        .map((name, i) => `${name} ${i * 30}: older than 684 h${name === 'code' ? ' (stays)' : ''}`),
      'tool 200: older than 684 h (stays)',
    ]);
    expect(stays.slice(0, 2)).toEqual(['base 1000: 1 kept record builds on it', 'docs 4: younger than 684 h']);
  });

  test('a duration alone takes all that is older', async () => {
    expect((await plan(SHOP, { keepDurationMs: 1 })).goes).toHaveLength(6);
  });

  test('orphans alone leave records alone, and only old ones go', async () => {
    expect(await plan(WITH_LOST, { orphans: {} })).toMatchObject({
      goes: ['lost 7: nothing refers to it'],
      blobs: ['lost'],
      bytes: [7, 1234],
    });
    const young = await plan(WITH_LOST, { orphans: { olderThanMs: NOW + 1 } });
    expect(young).toMatchObject({ goes: [], bytes: [0, 1241] });
    expect(young.stays[0]).toBe('base 1000: the policy is about orphan blobs only');
  });

  test('orphans count, and go before records, under every limit; but not those of the last hour', async () => {
    for (const policy of [{ maxBytes: 0 }, { all: true }, { keepDurationMs: 1 }, { maxBytes: 0, orphans: {} }]) {
      const { goes, bytes } = await plan(WITH_LOST, policy);
      expect([goes[0], goes.length, bytes]).toEqual(['lost 7: nothing refers to it', 7, [1241, 0]]);
    }
    expect(await plan(WITH_LOST, { maxBytes: 1234 })).toMatchObject({ blobs: ['lost'], bytes: [7, 1234] });
    expect(await plan(WITH_LOST, { maxBytes: 1241 })).toMatchObject({ goes: [], bytes: [0, 1241] });
    const early = await plan(WITH_LOST, { all: true }, 3_599_999);
    expect([early.blobs.includes('lost'), early.bytes]).toEqual([false, [1234, 7]]);
  });

  test('a layer that only the manifest knows goes as one that no result uses', async () => {
    const [cache] = SHOP.caches;
    if (!cache) throw new Error('there is one');
    const source = { ...WITH_LOST, caches: [{ ...cache, described: ['lost'] }] };
    expect(await plan(source, { maxBytes: 1240 })).toMatchObject({
      goes: ['lost 7: no result uses it'],
      bytes: [7, 1234],
    });
  });

  test('what an image needs too is never freed, and counts as what stays', async () => {
    const snapshot = await smallSource(SHOP);
    const imageLayers = ['base', 'alone'].map((name) => parseDigest(digestOf(name)));
    const alone = { digest: parseDigest(digestOf('alone')), size: 500, mtimeMs: 0 };
    const shared = { ...snapshot, imageLayers, blobs: [...snapshot.blobs, alone] };
    const draft = planOf(shared, { all: true }, NOW);
    expect([draft.freedBytes, draft.keepBytes, draft.keepBlobs, draft.stays]).toEqual([234, 1500, 2, []]);
    expect(planOf(shared, { maxBytes: 1734 }, NOW).goes).toEqual([]);
    expect(planOf(shared, { maxBytes: 1733 }, NOW).goes).not.toEqual([]);
  });

  test('an older result of a record that stays can go by itself', async () => {
    const source: SmallSource = {
      caches: [
        {
          config: {
            layers: [{ blob: 'old' }, { blob: 'new' }],
            records: [
              {
                digest: 'base',
                layers: [
                  { layer: 0, createdAt: '2026-01-01T00:00:00Z' },
                  { layer: 1, createdAt: '2026-01-02T00:00:00Z' },
                ],
              },
            ],
          },
        },
      ],
      sizes: { old: 5, new: 6 },
    };
    expect(await plan(source, { maxBytes: 6 })).toMatchObject({
      goes: ['old 5: an older result of a record that stays'],
      stays: ['base 6: fits below 6 B'],
      blobs: ['old'],
    });
  });

  test('a blob goes with the last layer that consists of it, in any cache', async () => {
    const one = (createdAt: string) => ({
      config: { layers: [{ blob: 'base' }], records: [{ digest: 'base', layers: [{ layer: 0, createdAt }] }] },
    });
    const source = { caches: [one('2026-01-01T00:00:00Z'), one('2026-01-02T00:00:00Z')], sizes: { base: 9 } };
    expect(await plan(source, { maxBytes: 8 })).toMatchObject({
      goes: ['base~1 0: over 8 B, 1 of 2 to go', 'base~2 9: over 8 B, 2 of 2 to go'],
    });
  });

  test('a cache inside an image is part of the image', async () => {
    const snapshot = await smallSource(SHOP);
    const inline = { ...snapshot, caches: snapshot.caches.map((cache) => ({ ...cache, form: 'inline' as const })) };
    const draft = planOf(inline, { all: true }, NOW);
    expect([draft.goes, draft.keepBytes, draft.stays[1]?.reason]).toEqual([[], 1234, 'built-on']);
    expect(draft.stays.map(({ reason }) => reason)).toContain('image');
  });
});

/** Records with one layer on top leave in the order of their ids. */
function byDigest(a: string, b: string): number {
  return digestOf(a) < digestOf(b) ? -1 : 1;
}

const arbitraryPolicy: fc.Arbitrary<PrunePolicy> = fc.oneof(
  fc.record({ maxBytes: fc.nat(3000) }),
  fc.record({ maxBytes: fc.nat(3000), keepDurationMs: fc.constantFrom(0, 10 * DAY, 31 * DAY, 400 * DAY) }),
  fc.record({ keepDurationMs: fc.constantFrom(0, 31 * DAY) }),
  fc.constant({ all: true }),
  fc.constant({ orphans: { olderThanMs: 0 } }),
  fc.record({ maxBytes: fc.nat(3000), orphans: fc.constant({ olderThanMs: 0 }) }),
);

const usedBytes = ({ blobs, documents }: SourceSnapshot) =>
  blobs.filter(({ digest }) => !documents.includes(digest)).reduce((sum, { size }) => sum + size, 0);

describe('any plan', () => {
  test('is what the plainest reading of the rule gives', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, arbitraryPolicy, async (source, policy) => {
        fc.pre(policy.orphans === undefined);
        const snapshot = await smallSource(source);
        const draft = planOf(snapshot, policy, NOW);
        const naive = naivePlan(snapshot, policy, NOW);
        const byAge = draft.goes.filter(({ reason }) => ['over-size', 'too-old', 'everything'].includes(reason));
        expect(byAge.map(({ id }) => id)).toEqual(naive.leaving);
        expect(draft.keepBytes).toBe(naive.keptBytes);
        expect(draft.blobs).toEqual(naive.freedBlobs);
      }),
      { numRuns: 400 },
    );
  });

  test('adds up: freed and kept are everything, and the lines that go are what is freed', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, arbitraryPolicy, async (source, policy) => {
        const snapshot = await smallSource(source);
        const draft = planOf(snapshot, policy, NOW);
        const sizes = new Map<string, number>(snapshot.blobs.map(({ digest, size }) => [digest, size]));
        expect(draft.freedBytes + draft.keepBytes).toBe(usedBytes(snapshot));
        expect(draft.goes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(draft.freedBytes);
        expect(draft.blobs.reduce((sum, blob) => sum + (sizes.get(blob) ?? 0), 0)).toBe(draft.freedBytes);
        const records = snapshot.caches.reduce((sum, { parsed }) => sum + parsed.recordDigest.length, 0);
        expect(
          draft.goes.filter(({ reason, stays }) => REASONS[reason] === 'record' && !stays).length + draft.stays.length,
        ).toBe(records);
        expect(new Set([...draft.goes, ...draft.stays].map(({ id }) => id)).size).toBeGreaterThanOrEqual(records);
      }),
    );
  });

  test('takes more for a smaller size, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.nat(3000), fc.nat(3000), async (source, a, b) => {
        const snapshot = await smallSource(source);
        const order = (maxBytes: number) =>
          planOf(snapshot, { maxBytes }, NOW)
            .goes.filter(({ reason }) => reason === 'over-size')
            .map(({ id }) => id);
        const [few, many] = [order(Math.max(a, b)), order(Math.min(a, b))];
        expect(many.slice(0, few.length)).toEqual(few);
      }),
    );
  });
});
