import { open, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import { largestLayer } from './testing/edit-layout.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

const SAMPLE = fixture('sample');
let work: Workspace;
let store: string;
let bad: { readonly path: string; readonly digest: string };

beforeEach(async () => {
  work = await createWorkspace();
  store = work.path('my store');
  await work.json('import', SAMPLE, '--to', store);
  bad = await largestLayer(store);
  await using file = await open(bad.path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 0);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, 0);
});
afterEach(() => work.remove());

const verify = async (...options: string[]) => {
  const { code, out } = await work.run('verify', store, '--json', ...options);
  return { code, report: JSON.parse(out) as VerifyReport & { readonly quarantined?: readonly string[] } };
};

describe('a flipped bit in a store', () => {
  it('is shown, with how to mend it, and an import mends it', async () => {
    const { code, out } = await work.run('verify', store);
    expect(code).toBe(1);
    expect(out).toContain(`DIGEST_MISMATCH ${bad.digest}`);
    expect(out).toMatch(/^To mend it: cachewright import .* --to '.*my store'$/m);
    const layers = await work.json<{ digest: string }[]>('layers', store, '--filter', 'damaged:yes');
    expect(JSON.stringify(layers)).toContain(bad.digest);

    const report = await work.json<TransferReport>('import', SAMPLE, '--to', store);
    expect(report).toMatchObject({ blobsCopied: 1, resultsLeftOut: 0 });
    expect(report.warnings).toEqual([expect.stringContaining('quarantine')]);
    expect(await verify()).toMatchObject({ code: 0, report: { missing: [], corrupt: [] } });
    expect(await work.json('empty-trash', store)).toMatchObject({ blobs: 1 });
  });

  it('is put aside on request, is missing then, and an import brings it back', async () => {
    const { code, report } = await verify('--quarantine');
    expect(code).toBe(1);
    expect(report).toMatchObject({ corrupt: [bad.digest], quarantined: [bad.digest] });
    expect(await verify()).toMatchObject({ code: 1, report: { corrupt: [], missing: [bad.digest] } });
    expect((await work.run('verify', store, '--quarantine')).out).toMatch(/1 missing, 0 corrupt/);
    await work.json('import', SAMPLE, '--to', store);
    expect(await verify('--quarantine')).toMatchObject({ code: 0, report: { quarantined: [] } });
  });

  it('says so in words', async () => {
    const { out } = await work.run('verify', store, '--quarantine');
    expect(out).toMatch(/^1 put into quarantine, /m);
    await rm(store, { recursive: true });
  });
});

it('only a store has a quarantine', async () => {
  const { code, err } = await work.run('verify', SAMPLE, '--quarantine');
  expect(code).toBe(2);
  expect(err).toContain('--quarantine needs a managed store');
});
