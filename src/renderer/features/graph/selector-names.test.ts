import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nameSelectors, selectorCandidates } from './selector-names.ts';

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('selectorCandidates', () => {
  test('takes the paths of copies and mounts, joined to the root', () => {
    const names = [
      { name: 'COPY --from=core /out/core.bin /app/' },
      { name: 'RUN --mount=type=bind,from=cli,source=out,target=/cli ls' },
      {},
    ];
    const candidates = selectorCandidates(names);
    expect(candidates).toEqual(expect.arrayContaining(['/', '/out/core.bin', '/app', '/out', '/cli']));
  });
});

describe('nameSelectors', () => {
  // The digests are those of a real export: its steps mount /out and copy /work/report.txt.
  test('finds the path behind a selector of a real cache', async () => {
    const root = 'sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1';
    const report = 'sha256:7597e21737c993245edf68105ffc7d32b1397a95b3a1565da31371956c44aa7c';
    const names = await nameSelectors(new Set([root, report, sha256('secret')]), ['/', '/x', '/work/report.txt']);
    expect([...names]).toEqual([
      [root, '/'],
      [report, '/work/report.txt'],
    ]);
  });

  test('finds several paths of one copy', async () => {
    const two = 'sha256:2bcf5b6e9efbac077464ea117cd831cff025e90ac56f1aa6fab1cd61e8258586';
    const candidates = selectorCandidates([{ name: 'COPY --from=cli /out/cli.bin /out/flavour /app/cli/' }]);
    expect([...(await nameSelectors(new Set([two]), candidates)).values()]).toEqual(['/out/flavour, /out/cli.bin']);
  });
});
