import { describe, expect, it } from 'vitest';
import type { ExpiryRule } from '../ports/collected-bucket.ts';
import { expiresAt, lifecycleOf } from './lifecycle.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-30T12:00:00Z');
const keys = { prefix: 'app/', blobs: 'app/blobs/', manifest: (name: string) => `app/manifests/${name}` };

function rule(change: Partial<ExpiryRule> = {}): ExpiryRule {
  const base = { id: 'old', isEnabled: true, prefix: 'app/blobs/', hasTags: false, days: 10, movesTo: [] };
  return { ...base, asWritten: { ID: change.id ?? 'old' }, ...change };
}

/** A cache whose blobs and manifests have these ages in days; -1 for a blob that is not there. */
function cache(blobs: readonly number[], manifests: Readonly<Record<string, readonly [number, ...number[]]>>) {
  return {
    now: NOW,
    modifiedAt: Float64Array.from(blobs, (age) => (age < 0 ? -1 : NOW - age * DAY)),
    digestOf: (number: number) => `sha256:${number}${'0'.repeat(63)}`,
    manifests: Object.entries(manifests).map(([name, [age, ...needs]]) => ({
      name,
      look: '',
      modifiedAt: NOW - age * DAY,
      needs: Uint32Array.from(needs),
    })),
  };
}

const said = (rules: readonly ExpiryRule[], of: ReturnType<typeof cache>) =>
  lifecycleOf(rules, keys, of, false).sentences;
const TWO = cache([8, 8, 1, -1], { main: [0, 0, 2, 3], 'pr-7': [0, 0, 1] });
const NONE = ['No lifecycle rule of the bucket deletes anything of this cache.'];

describe('what lifecycle rules do to a cache', () => {
  it.each([
    ['days count from the writing to the next midnight', { days: 10 }, '2026-11-20T00:00:01Z', '2026-12-01T00:00:00Z'],
    ['a whole day stays one', { days: 1 }, '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'],
    ['a date holds for all', { at: NOW }, '2026-11-20T00:00:00Z', '2026-11-30T12:00:00Z'],
    ['neither deletes nothing', {}, '2026-11-20T00:00:00Z', undefined],
  ])('%s', (_, given, written, ends) => {
    expect(expiresAt(given, Date.parse(written))).toBe(ends === undefined ? undefined : Date.parse(ends));
  });

  it('counts what goes first, names who needs it, and says what helps', () => {
    expect(said([rule()], TWO)).toEqual([
      '2 blobs that manifests `main` and `pr-7` need expire within 3 days: an import does not touch them, only an export does.',
      '1 blob more that manifests need expires after that.',
    ]);
  });

  it.each<[string, ExpiryRule[], ReturnType<typeof cache>, string[]]>([
    ['no rule', [], TWO, NONE],
    ['one that is turned off', [rule({ isEnabled: false })], TWO, NONE],
    ['one by tags', [rule({ hasTags: true })], TWO, NONE],
    ['one about other keys', [rule({ prefix: 'other/' })], TWO, NONE],
    ['one that deletes nothing', [rule({ days: undefined })], TWO, NONE],
    ['blobs that are not there', [rule()], cache([-1], { main: [0, 0] }), NONE],
    [
      'what is overdue',
      [rule()],
      cache([30], { main: [0, 0] }),
      ['1 blob that manifest `main` needs expires within a day: an import does not touch it, only an export does.'],
    ],
    [
      'the sooner of two rules',
      [rule({ days: 90 }), rule({ days: 30 })],
      cache([1], { main: [0, 0] }),
      ['1 blob that manifest `main` needs expires within 30 days: an import does not touch it, only an export does.'],
    ],
    [
      'a rule about some digests',
      [rule({ prefix: 'app/blobs/sha256:1' })],
      cache([8, 8], { main: [0, 0, 1] }),
      ['1 blob that manifest `main` needs expires within 3 days: an import does not touch it, only an export does.'],
    ],
    [
      'manifests, and many of them',
      [rule({ prefix: 'app/manifests/' })],
      cache([1], { a: [8, 0], b: [8, 0], c: [8, 0], d: [8, 0], e: [1, 0] }),
      ['Manifests `a`, `b`, `c` and 1 more expire within 3 days: without it a build imports nothing.'],
    ],
    [
      'a rule that is too short, and one that freezes',
      [rule({ days: 1, id: '' }), rule({ days: undefined, movesTo: ['GLACIER', 'STANDARD_IA'] })],
      cache([-1], {}),
      [
        'A rule without a name deletes after a day, and an export renews only what is older than a day: take two days at least.',
        'Rule old moves blobs to GLACIER, which no build can read.',
      ],
    ],
  ])('says of %s', (_, rules, of, sentences) => {
    expect(said(rules, of)).toEqual(sentences);
  });

  it('keeps rules about other things beside the safe one, and leaves those out that delete from this cache', () => {
    const rules = [
      rule({ id: 'logs', prefix: 'logs/' }),
      rule({ id: 'all', prefix: '' }),
      rule(),
      rule({ id: 'parts', days: undefined }),
      rule({ id: 'cachewright-uploads' }),
    ];
    const { safe, rules: count } = lifecycleOf(rules, keys, TWO, true);
    expect(count).toBe(5);
    expect(JSON.parse(safe)).toEqual({
      Rules: [
        { ID: 'logs' },
        { ID: 'parts' },
        {
          ID: 'cachewright-uploads',
          Status: 'Enabled',
          Filter: { Prefix: 'app/blobs/' },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        },
      ],
    });
    const whole = { ...keys, prefix: '', blobs: '' };
    expect(JSON.parse(lifecycleOf([], whole, TWO, true).safe).Rules[0]).not.toHaveProperty(
      'NoncurrentVersionExpiration',
    );
  });
});
