import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DIGEST_ALGORITHMS, type DigestAlgorithm, parseDigest } from '../../../shared/oci/digest.ts';
import { BlobList } from './blob-list.ts';
import { DigestTable } from './digest-table.ts';

const digestOf = (text: number, algorithm: DigestAlgorithm = 'sha256') =>
  parseDigest(`${algorithm}:${createHash(algorithm).update(String(text)).digest('hex')}`);
const algorithms = Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[];

describe('numbers of digests', () => {
  it('are given in order, once each, found again, and turned back, over many of every algorithm', () => {
    const table = new DigestTable();
    const all = Array.from({ length: 20_000 }, (_, i) =>
      digestOf(i, i % 50 === 0 ? algorithms[(i / 50) % 3] : 'sha256'),
    );
    for (const [i, digest] of all.entries()) expect(table.add(digest)).toBe(i);
    for (const [i, digest] of all.entries()) {
      if (table.add(digest) !== i || table.find(digest) !== i || table.at(i) !== digest) expect.fail(`${i} ${digest}`);
    }
    expect(table.size).toBe(20_000);
    for (const algorithm of algorithms) expect(table.find(digestOf(-1, algorithm))).toBe(-1);
    expect(table.has(digestOf(-1))).toBe(false);
  });

  it('tells digests apart that begin or end alike', () => {
    const table = new DigestTable();
    const hex = (first: string, last: string) => parseDigest(`sha256:${first}${'0'.repeat(62)}${last}`);
    const all = [hex('0', '0'), hex('0', '1'), hex('f', '0'), hex('f', 'f')];
    expect(all.map((digest) => table.add(digest))).toEqual([0, 1, 2, 3]);
    expect(all.map((_, i) => table.at(i))).toEqual(all);
  });
});

describe('a list of blobs', () => {
  it('keeps size and time of each, once, however many', () => {
    const list = new BlobList();
    for (let i = 0; i < 3000; i += 1) list.add({ digest: digestOf(i), size: i, modifiedAt: i * 1e9 });
    list.add({ digest: digestOf(7), size: 99, modifiedAt: 1 });
    expect([list.length, list.bytes]).toEqual([3000, (3000 * 2999) / 2]);
    expect(list.slice(2998, 5000)).toEqual(
      [2998, 2999].map((i) => ({ digest: digestOf(i), size: i, modifiedAt: i * 1e9 })),
    );
    expect(list.at(7)).toEqual({ digest: digestOf(7), size: 7, modifiedAt: 7e9 });
  });
});
