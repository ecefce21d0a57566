import { sumMeta } from '../../bolt/testing/build-bolt.ts';
import type { Random } from './random.ts';

const HEADER = 16;
const IDS = [0n, 1n, 2n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const COUNTS = [0, 1, 2, 0xff, 0xfffe, 0xffff];
const SIZES = [0, 1, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff];

/** A database with a few changes that know its pages: flags, counts, overflow, positions, page ids, metas. */
export function mutateBolt(random: Random, from: Uint8Array): Uint8Array {
  const bytes = from.slice();
  const pageSize = new DataView(bytes.buffer).getUint32(24, true);
  for (let left = 1 + random.below(4); left > 0; left -= 1) change(random, bytes, pageSize);
  return random.below(12) === 0 ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

function change(random: Random, bytes: Uint8Array, pageSize: number): void {
  const pages = Math.floor(bytes.length / pageSize);
  const id = random.below(pages);
  const start = id * pageSize;
  const view = new DataView(bytes.buffer, start, pageSize);
  const anyId = () => (random.below(3) > 0 ? BigInt(random.below(pages + 2)) : random.pick(IDS));
  const element =
    HEADER + HEADER * random.below(Math.max(1, Math.min(view.getUint16(10, true), pageSize / HEADER - 2)));
  switch (random.below(11)) {
    case 0:
      view.setUint16(8, random.pick([0, 1, 2, 3, 4, 16, 0xffff]), true);
      return;
    case 1:
      view.setUint16(10, random.pick(COUNTS), true);
      return;
    case 2:
      view.setUint32(12, random.pick([1, pages, ...SIZES]), true);
      return;
    case 3:
      view.setBigUint64(0, anyId(), true);
      return;
    case 4:
      view.setUint32(element + 4 * random.below(4), random.pick(SIZES), true);
      return;
    case 5:
      // Of a branch, the page below; of a leaf, sizes.
      view.setBigUint64(element + 8, anyId(), true);
      return;
    case 6:
      retarget(view, element, anyId());
      return;
    case 7:
      meta(random, bytes, random.below(2) * pageSize, anyId());
      return;
    case 8: {
      // One page in place of another, under its number: a loop, or the same keys twice.
      const other = random.below(pages) * pageSize;
      bytes.copyWithin(start, other, other + pageSize);
      view.setBigUint64(0, BigInt(id), true);
      return;
    }
    case 9:
      for (let n = 0; n < 8; n += 1) bytes[start + random.below(pageSize)] = random.below(256);
      return;
    default:
      bytes[start + random.below(pageSize)] = (bytes[start] ?? 0) ^ (1 << random.below(8));
  }
}

/** Makes a value of a leaf a bucket whose root is another page. */
function retarget(view: DataView, element: number, root: bigint): void {
  const value = element + view.getUint32(element + 4, true) + view.getUint32(element + 8, true);
  if (view.getUint16(8, true) !== 2 || value + 8 > view.byteLength) return;
  view.setUint32(element, 1, true);
  view.setBigUint64(value, root, true);
}

function meta(random: Random, bytes: Uint8Array, offset: number, id: bigint): void {
  const view = new DataView(bytes.buffer, offset);
  const at = random.pick([8, 12, 16, 24, 32, 40, 48]);
  if (at <= 12) view.setUint32(HEADER + at, random.pick([...SIZES, 512, 1024, 4096, 65536]), true);
  else view.setBigUint64(HEADER + at, id, true);
  // A wrong checksum is found at once; what it lets through is what matters.
  if (random.below(4) > 0) sumMeta(bytes, offset);
}
