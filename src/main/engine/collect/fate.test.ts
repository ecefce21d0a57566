import { describe, expect, it } from 'vitest';
import { fateNow, plannedFate } from './fate.ts';

const AGE = 100_000;
const NOW = 10_000_000;
const OLD = NOW - AGE;

describe('what goes', () => {
  it.each<[string, boolean, number, string]>([
    ['exactly as old as the age', false, OLD, 'goes'],
    ['older', false, OLD - 1, 'goes'],
    ['a millisecond younger', false, OLD + 1, 'young'],
    ['from the future', false, NOW + 5, 'young'],
    ['without a time', false, 0, 'young'],
    ['with a time before all times', false, -1, 'young'],
    ['the first of all times', false, 1, 'goes'],
    ['needed and old', true, 1, 'needed'],
    ['needed and young', true, NOW, 'needed'],
  ])('a plan says of a blob that is %s', (_, isNeeded, modifiedAt, fate) => {
    expect(plannedFate(isNeeded, modifiedAt, NOW, AGE)).toBe(fate);
  });

  it.each<[string, number, boolean, number | undefined, string]>([
    ['the same', OLD, false, OLD, 'goes'],
    ['the same, told in whole seconds', OLD + 0, false, Math.floor(OLD / 1000) * 1000, 'goes'],
    ['the same second with more digits', 5000, false, 5999, 'goes'],
    ['a second later', 5999, false, 6000, 'renewed'],
    ['a second earlier', 6000, false, 5999, 'renewed'],
    ['renewed just now', OLD, false, NOW, 'renewed'],
    ['not old enough after all', NOW - 1000, false, NOW - 1000, 'renewed'],
    ['without a time any more', 500, false, 0, 'renewed'],
    ['not there', OLD, false, undefined, 'gone'],
    ['needed, and the same', OLD, true, OLD, 'needed'],
    ['needed, and not there', OLD, true, undefined, 'needed'],
  ])('right before it would go, a blob that is %s', (_, planned, isNeeded, modifiedAt, fate) => {
    expect(fateNow({ modifiedAt: planned, olderThanMs: AGE }, { isNeeded, modifiedAt }, NOW)).toBe(fate);
  });
});
