import { describe, expect, test } from 'vitest';
import { buildctlPrune, buildkitdToml } from './buildkit-policy.ts';

describe('buildkitdToml', () => {
  test('writes a rule with the exact limit', () => {
    expect(buildkitdToml({ maxBytes: 15_000_000 })).toBe(
      [
        '[worker.oci]',
        '  gc = true',
        '',
        '[[worker.oci.gcpolicy]]',
        '  all = true',
        '  maxUsedSpace = "15000000"',
      ].join('\n'),
    );
    expect(buildkitdToml({ maxBytes: 20 * 1024 ** 3 })).toContain('maxUsedSpace = "20GiB"');
    expect(buildkitdToml({ keepDurationMs: 604_800_000 })).toContain('keepDuration = "168h"');
  });

  test('has no rule for orphans', () => {
    expect(buildkitdToml({ orphans: { olderThanMs: 1 } })).toBeUndefined();
  });
});

describe('buildctlPrune', () => {
  test.each([
    [{ maxBytes: 15_000_000 }, 'buildctl prune --all --keep-storage 15'],
    [{ maxBytes: 1024 ** 2 }, 'buildctl prune --all --keep-storage 1.048576'],
    [{ maxBytes: 0 }, 'buildctl prune --all'],
    [{ all: true }, 'buildctl prune --all'],
    [{ all: true, keepDurationMs: 5_400_000 }, 'buildctl prune --all --keep-duration 1h30m'],
    [{ orphans: { olderThanMs: 1 } }, undefined],
  ])('%o', (policy, line) => {
    expect(buildctlPrune(policy)).toBe(line);
  });
});
