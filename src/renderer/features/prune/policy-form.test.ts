import { describe, expect, test } from 'vitest';
import { EMPTY_FORM, formOptions, formParams, type PolicyForm, readForm, readPolicy } from './policy-form.ts';

const form = (change: Partial<PolicyForm>): PolicyForm => ({ ...EMPTY_FORM, ...change });

describe('readPolicy', () => {
  test.each([
    ['nothing is no policy', {}, undefined],
    ['decimal units', { maxSize: '15MB' }, { maxBytes: 15_000_000 }],
    ['binary units', { maxSize: ' 20 GiB ' }, { maxBytes: 20 * 1024 ** 3 }],
    ['zero is a limit', { maxSize: '0' }, { maxBytes: 0 }],
    ['an age alone', { keepDuration: '7d' }, { keepDurationMs: 604_800_000 }],
    ['both', { maxSize: '1GB', keepDuration: '36h' }, { maxBytes: 1e9, keepDurationMs: 129_600_000 }],
    ['all makes a size say nothing', { maxSize: '1GB', all: true }, { all: true }],
    ['all does not look at the size', { maxSize: 'x', all: true }, { all: true }],
    ['orphans, of the age that the engine says', { orphans: true }, { orphans: {} }],
    ['orphans of an age', { orphans: true, olderThan: '2d' }, { orphans: { olderThanMs: 172_800_000 } }],
    ['an age of orphans without orphans', { olderThan: '2d' }, undefined],
  ])('%s', (_, change, policy) => {
    expect(readPolicy(form(change)).policy).toEqual(policy);
  });

  test('says what is wrong with which field', () => {
    const { policy, errors } = readPolicy(form({ maxSize: '15 QB', keepDuration: '7 days' }));
    expect(policy).toBeUndefined();
    expect(Object.keys(errors)).toEqual(['maxSize', 'keepDuration']);
    expect(errors).toMatchObject({ maxSize: expect.stringContaining('500MB') });
  });
});

describe('the form in an address and on a command line', () => {
  const forms: readonly PolicyForm[] = [
    EMPTY_FORM,
    form({ maxSize: '15MB', keepDuration: '7d' }),
    form({ all: true }),
    form({ orphans: true }),
    form({ orphans: true, olderThan: '1h' }),
  ];
  test.each(forms)('comes back from the address: %o', (one) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(formParams(one))) if (value !== undefined) params.set(name, value);
    expect(readForm(params)).toEqual(one);
  });

  test('gives the options of the command', () => {
    expect(formOptions(form({ maxSize: '15MB', keepDuration: '7d', orphans: true, olderThan: '1h' }))).toEqual([
      '--max-size',
      '15MB',
      '--keep-duration',
      '7d',
      '--orphans',
      '--older-than',
      '1h',
    ]);
    expect(formOptions(form({ maxSize: '15MB', all: true }))).toEqual(['--all']);
  });
});
