import { expect, test } from 'vitest';
import { type BoltContext, createRootBucket } from './bucket.ts';
import type { BoltFile, BoltMeta } from './meta.ts';
import { childAt, compareKeys, inlinePage, isBucketAt, keyAt, readPage, valueAt } from './page.ts';

const PAGE = 1024;
const META: BoltMeta = { pageSize: PAGE, rootPage: 2, highWater: 6, transaction: 1n };
const BRANCH = 1;
const LEAF = 2;
const encode = (text: string) => new TextEncoder().encode(text);

/** An element: its key, with a value or a page below; flag 1 is a bucket. */
interface Element {
  readonly key: string;
  readonly value?: Uint8Array;
  readonly child?: number;
  readonly flags?: number;
}

/** Pages of 1,024 bytes, of which a test fills some. */
class Pages implements BoltFile {
  readonly name = 'made.db';
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  constructor(count = 6) {
    this.size = count * PAGE;
    this.bytes = new Uint8Array(this.size);
    this.view = new DataView(this.bytes.buffer);
  }
  readAt(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }
  /** Writes a page after bbolt's `page.go`: id, flags, count, overflow, elements, then keys and values. */
  put(id: number, flags: number, elements: readonly Element[], overflow = 0): this {
    writePage(new DataView(this.bytes.buffer, id * PAGE), id, flags, elements, overflow);
    return this;
  }
}

function writePage(view: DataView, id: number, flags: number, elements: readonly Element[], overflow = 0): number {
  view.setBigUint64(0, BigInt(id), true);
  view.setUint16(8, flags, true);
  view.setUint16(10, elements.length, true);
  view.setUint32(12, overflow, true);
  let end = 16 + elements.length * 16;
  for (const [index, { key, value = new Uint8Array(), child = 0, flags: own = 0 }] of elements.entries()) {
    const at = 16 + index * 16;
    const bytes = [...encode(key), ...(flags === LEAF ? value : [])];
    if (flags === LEAF) {
      for (const [n, field] of [own, end - at, key.length, value.length].entries())
        view.setUint32(at + 4 * n, field, true);
    } else {
      view.setUint32(at, end - at, true);
      view.setUint32(at + 4, key.length, true);
      view.setBigUint64(at + 8, BigInt(child), true);
    }
    for (const byte of bytes) view.setUint8(end++, byte);
  }
  return end;
}

/** The value of a bucket: its root page, or 0 with the page behind. */
function bucketValue(root: number, inline: readonly Element[] = [], flags = LEAF): Uint8Array {
  const bytes = new Uint8Array(400);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(root), true);
  view.setBigUint64(8, 7n, true);
  return root === 0
    ? bytes.subarray(0, 16 + writePage(new DataView(bytes.buffer, 16), 0, flags, inline))
    : bytes.subarray(0, 16);
}

const two: readonly Element[] = [
  { key: 'a', value: encode('one') },
  { key: 'bc', value: encode('two!') },
];

/** What a walk over everything finds, and what it says is damaged. */
function walk(file: Pages, meta = META) {
  const damage: string[] = [];
  const context: BoltContext = {
    file,
    meta,
    owners: new Map(),
    onDamage: (error) => damage.push(`${error.subject}: ${error.message}`),
  };
  const read = (bucket: ReturnType<typeof createRootBucket>): Record<string, unknown> =>
    Object.fromEntries(
      [...bucket.entries()].map((entry) => [
        new TextDecoder().decode(entry.key),
        entry.bucket ? read(entry.bucket) : new TextDecoder().decode(entry.value),
      ]),
    );
  const root = createRootBucket(context, meta.rootPage);
  return { root, damage, read: () => read(root) };
}

test('a page is read to its last byte', () => {
  const file = new Pages().put(2, LEAF, two).put(5, LEAF, two).put(3, LEAF, two, 2);
  const page = readPage(file, META, 5);
  expect([page.isLeaf, page.count, page.labelOf(), page.bytes.length]).toEqual([true, 2, '5', PAGE]);
  expect(keyAt(file, page, 1)).toEqual(encode('bc'));
  expect(valueAt(file, page, 1)).toEqual(encode('two!'));
  expect(readPage(file, META, 3).bytes.length).toBe(3 * PAGE);
  // An element that ends with the page.
  file.view.setUint32(5 * PAGE + 16 + 4, PAGE - 16 - 4, true);
  expect(valueAt(file, readPage(file, META, 5), 0)).toHaveLength(3);
});

test.each([
  [64, { a: 'one' }, []],
  [65, {}, ['made.db: page 67: A database page is damaged: the tree is too deep.']],
])('a tree of %i branches, one below the other, is walked and searched to the same end', (branches, all, damage) => {
  const leaf = 2 + branches;
  const file = new Pages(leaf + 1).put(leaf, LEAF, [{ key: 'a', value: encode('one') }]);
  for (let id = 2; id < leaf; id += 1) file.put(id, BRANCH, [{ key: 'a', child: id + 1 }]);
  const walked = walk(file, { ...META, highWater: leaf + 1 });
  expect([walked.read(), walked.damage]).toEqual([all, damage]);
  expect(walked.root.get('a')).toEqual('a' in all ? encode('one') : undefined);
});

test('a branch leads to its children', () => {
  const file = new Pages().put(2, BRANCH, [
    { key: 'a', child: 3 },
    { key: 'b', child: 2 ** 33 },
  ]);
  const page = readPage(file, META, 2);
  expect(page.isLeaf).toBe(false);
  expect([childAt(page, 0), childAt(page, 1)]).toEqual([3, 2 ** 33]);
  expect(keyAt(file, page, 1)).toEqual(encode('b'));
});

test.each<[string, (file: Pages) => unknown]>([
  ['its number is outside the database', (file) => readPage(file, META, 1)],
  ['its number is outside the database', (file) => readPage(file, META, 6)],
  ['it lies behind the end of the file', (file) => readPage(file, { ...META, highWater: 9 }, 6)],
  ['it says that it is another page', (file) => readPage(file.put(4, LEAF, two), META, 5)],
  ['it says that it is another page', (file) => readPage(file.put(2, LEAF, two), { ...META, pageSize: 512 }, 4)],
  ['it runs over the end of the file', (file) => readPage(file.put(4, LEAF, two, 2), META, 4)],
  ['it runs over the end of the file', (file) => readPage(file.put(4, LEAF, two, 2), { ...META, highWater: 99 }, 4)],
  ['it is neither branch nor leaf (flags 4)', (file) => readPage(file.put(4, 4, two), META, 4)],
  ['it is neither branch nor leaf (flags 3)', (file) => readPage(file.put(4, 3, two), META, 4)],
  ['a branch without children', (file) => readPage(file.put(4, BRANCH, []), META, 4)],
  ['an inline bucket is cut short', (file) => inlinePage(file, () => '4', new Uint8Array(15))],
])('%s', (what, read) => {
  const subject = expect.stringMatching(/^made\.db: page [14566]$/);
  expect(() => read(new Pages())).toThrow(
    expect.objectContaining({ code: 'CORRUPT', message: `A database page is damaged: ${what}.`, subject }),
  );
});

test('a page holds as many elements as there is room for, and no more', () => {
  const file = new Pages().put(4, LEAF, two);
  file.view.setUint16(4 * PAGE + 10, 63, true);
  expect(readPage(file, META, 4).count).toBe(63);
  file.view.setUint16(4 * PAGE + 10, 64, true);
  expect(() => readPage(file, META, 4)).toThrow('it has no room for its elements');
});

test('an element that ends a byte behind the page is damage', () => {
  const file = new Pages().put(4, LEAF, two);
  file.view.setUint32(4 * PAGE + 16 + 4, PAGE - 16 - 3, true);
  const page = readPage(file, META, 4);
  expect(keyAt(file, page, 0)).toHaveLength(1);
  expect(() => valueAt(file, page, 0)).toThrow('an element points behind its end');
});

test.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'ab', -1],
  ['ab', 'a', 1],
  ['ab', 'b', -1],
  ['', 'a', -1],
  ['a', 'a', 0],
  ['xa', 'xb', -1],
])('the order of %s and %s', (a, b, order) => {
  expect(Math.sign(compareKeys(encode(a), encode(b)))).toBe(order);
});

test('buckets: one with pages of its own, one inside its value, one of neither', () => {
  const file = new Pages()
    .put(2, LEAF, [
      { key: 'inline', value: bucketValue(0, two), flags: 1 },
      { key: 'own', value: bucketValue(4), flags: 1 },
      { key: 'plain', value: bucketValue(4), flags: 2 },
    ])
    .put(4, LEAF, two);
  const { root, damage, read } = walk(file);
  expect(read()).toMatchObject({
    inline: { a: 'one', bc: 'two!' },
    own: { a: 'one', bc: 'two!' },
    plain: expect.any(String),
  });
  expect(damage).toEqual([]);
  expect(isBucketAt(readPage(file, META, 2), 1)).toBe(true);
  expect([root.bucket('own')?.path, root.bucket('own')?.sequence, root.sequence]).toEqual(['/own', 7n, 0n]);
  expect(root.bucket('inline')?.get('bc')).toEqual(encode('two!'));
  for (const absent of ['', 'a', 'inline ', 'owl', 'zzz']) {
    expect([root.bucket(absent), root.get(absent)]).toEqual([undefined, undefined]);
  }
});

test.each<[string, string, (file: Pages) => Pages]>([
  ['2', 'its keys are out of order', (file) => file.put(2, LEAF, [{ key: 'b' }, { key: 'a' }])],
  ['2', 'its keys are out of order', (file) => file.put(2, LEAF, [{ key: 'a' }, { key: 'a' }])],
  [
    '3',
    'two branches lead to it',
    (file) =>
      file
        .put(2, BRANCH, [
          { key: 'a', child: 3 },
          { key: 'b', child: 3 },
        ])
        .put(3, LEAF, two),
  ],
  ['2', 'two branches lead to it', (file) => file.put(2, BRANCH, [{ key: 'a', child: 2 }])],
  ['2', 'a bucket lies in itself', (file) => file.put(2, LEAF, [{ key: 'x', value: bucketValue(2), flags: 1 }])],
  [
    '3',
    'a bucket lies in itself',
    (file) =>
      file
        .put(2, LEAF, [{ key: 'x', value: bucketValue(3), flags: 1 }])
        .put(3, LEAF, [{ key: 'y', value: bucketValue(3), flags: 1 }]),
  ],
  [
    '3',
    'two buckets lead to it',
    (file) =>
      file
        .put(2, LEAF, [
          { key: 'x', value: bucketValue(3), flags: 1 },
          { key: 'y', value: bucketValue(3), flags: 1 },
        ])
        .put(3, LEAF, two),
  ],
  ['/x', 'a bucket is cut short', (file) => file.put(2, LEAF, [{ key: 'x', value: new Uint8Array(15), flags: 1 }])],
  [
    'inside /x',
    'an inline bucket is cut short',
    (file) => file.put(2, LEAF, [{ key: 'x', value: bucketValue(0).subarray(0, 31), flags: 1 }]),
  ],
  [
    'inside /x',
    'an inline bucket that is no leaf',
    (file) => file.put(2, LEAF, [{ key: 'x', value: bucketValue(0, [{ key: 'a', child: 3 }], BRANCH), flags: 1 }]),
  ],
])('a walk leaves page %s out: %s', (page, what, make) => {
  const { damage, read } = walk(make(new Pages()));
  read();
  expect(damage).toEqual([`made.db: page ${page}: A database page is damaged: ${what}.`]);
});

test('a look for a key ends where branches lead in a circle', () => {
  const { root, damage } = walk(new Pages().put(2, BRANCH, [{ key: 'a', child: 2 }]));
  expect(root.get('a')).toBeUndefined();
  expect(damage).toEqual(['made.db: page 2: A database page is damaged: the tree is too deep.']);
});

test('a key before the first one of a branch is looked for in its first page', () => {
  const file = new Pages().put(2, BRANCH, [
    { key: 'b', child: 3 },
    { key: 'm', child: 4 },
  ]);
  file
    .put(3, LEAF, [
      { key: 'a', value: encode('1') },
      { key: 'l', value: encode('2') },
    ])
    .put(4, LEAF, [{ key: 'm', value: encode('3') }]);
  const { root, damage } = walk(file);
  expect(['a', 'l', 'm', 'n'].map((key) => root.get(key)?.[0])).toEqual([49, 50, 51, undefined]);
  expect(damage).toEqual([]);
});
