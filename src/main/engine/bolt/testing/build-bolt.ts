import { fnv1a64 } from '../meta.ts';

/** What a bucket holds: values, and buckets of its own. */
export interface BoltTree {
  readonly [key: string]: string | BoltTree;
}

const PAGE = 1024;
const HEADER = 16;
const FLAGS = { branch: 1, leaf: 2, meta: 4, freelist: 16 } as const;
const utf8 = new TextEncoder();

interface Element {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly isBucket: boolean;
}

/**
 * A database as bbolt lays it out: two metas, a free list, leaves below branches, small buckets inline, large values over
 * several pages. Written from the format's description, sharing no code with the reader but the checksum.
 */
export function buildBolt(tree: BoltTree): Uint8Array {
  const pages: Uint8Array[] = [page(0, 0, 0, 0), page(1, 0, 0, 0), page(2, FLAGS.freelist, 0, HEADER)];
  const root = writeBucket(pages, tree);
  for (const id of [0, 1]) pages[id] = meta(id, root, pages.length);
  const bytes = new Uint8Array(pages.length * PAGE);
  pages.forEach((each, id) => {
    bytes.set(each, id * PAGE);
  });
  return bytes;
}

/** @returns the id of its root page */
function writeBucket(pages: Uint8Array[], tree: BoltTree): number {
  const elements = Object.entries(tree)
    .map(([key, value]): Element => {
      if (typeof value === 'string') return { key: utf8.encode(key), value: utf8.encode(value), isBucket: false };
      return { key: utf8.encode(key), value: bucketValue(pages, value), isBucket: true };
    })
    .sort((a, b) => Buffer.compare(a.key, b.key));
  let level = cut(elements, ({ key, value }) => HEADER + key.length + value.length).map((part) => ({
    key: part[0]?.key ?? new Uint8Array(),
    id: place(pages, FLAGS.leaf, part.length, leafBody(part)),
  }));
  while (level.length > 1) {
    level = cut(level, ({ key }) => HEADER + key.length).map((part) => ({
      key: part[0]?.key ?? new Uint8Array(),
      id: place(pages, FLAGS.branch, part.length, branchBody(part)),
    }));
  }
  return level[0]?.id ?? place(pages, FLAGS.leaf, 0, new Uint8Array());
}

/** Inline while it is small and holds no bucket, as in bbolt. */
function bucketValue(pages: Uint8Array[], tree: BoltTree): Uint8Array {
  const entries = Object.entries(tree);
  const isSmall = entries.every(([, value]) => typeof value === 'string') && JSON.stringify(tree).length < PAGE / 4;
  const elements = entries
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([key, value]): Element => ({ key: utf8.encode(key), value: utf8.encode(value), isBucket: false }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const body = isSmall ? leafBody(elements) : new Uint8Array();
  const value = new Uint8Array(HEADER + (isSmall ? HEADER + body.length : 0));
  const view = new DataView(value.buffer);
  if (!isSmall) view.setBigUint64(0, BigInt(writeBucket(pages, tree)), true);
  else {
    view.setUint16(HEADER + 8, FLAGS.leaf, true);
    view.setUint16(HEADER + 10, elements.length, true);
    value.set(body, HEADER * 2);
  }
  return value;
}

function leafBody(elements: readonly Element[]): Uint8Array {
  return body(
    elements,
    ({ key, value }) => [key, value],
    (view, at, element, pos) => {
      view.setUint32(at, element.isBucket ? 1 : 0, true);
      view.setUint32(at + 4, pos, true);
      view.setUint32(at + 8, element.key.length, true);
      view.setUint32(at + 12, element.value.length, true);
    },
  );
}

function branchBody(children: readonly { readonly key: Uint8Array; readonly id: number }[]): Uint8Array {
  return body(
    children,
    ({ key }) => [key],
    (view, at, child, pos) => {
      view.setUint32(at, pos, true);
      view.setUint32(at + 4, child.key.length, true);
      view.setBigUint64(at + 8, BigInt(child.id), true);
    },
  );
}

function body<T>(
  elements: readonly T[],
  dataOf: (element: T) => readonly Uint8Array[],
  writeHead: (view: DataView, at: number, element: T, pos: number) => void,
): Uint8Array {
  const data = elements.map((element) => Buffer.concat(dataOf(element)));
  const bytes = new Uint8Array(elements.length * HEADER + data.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let offset = elements.length * HEADER;
  elements.forEach((element, index) => {
    writeHead(view, index * HEADER, element, offset - index * HEADER);
    bytes.set(data[index] ?? Buffer.of(), offset);
    offset += data[index]?.length ?? 0;
  });
  return bytes;
}

function cut<T>(items: readonly T[], sizeOf: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (parts.length === 0 || size > room) {
      parts.push([]);
      room = PAGE - HEADER;
    }
    parts.at(-1)?.push(item);
    room -= size;
  }
  return parts;
}

function place(pages: Uint8Array[], flags: number, count: number, content: Uint8Array): number {
  const id = pages.length;
  const bytes = new Uint8Array(Math.ceil((HEADER + content.length) / PAGE) * PAGE);
  bytes.set(page(id, flags, count, HEADER));
  bytes.set(content, HEADER);
  new DataView(bytes.buffer).setUint32(12, bytes.length / PAGE - 1, true);
  for (let at = 0; at < bytes.length; at += PAGE) pages.push(bytes.slice(at, at + PAGE));
  return id;
}

function page(id: number, flags: number, count: number, length = PAGE): Uint8Array {
  const bytes = new Uint8Array(length === 0 ? PAGE : Math.max(length, HEADER));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(id), true);
  view.setUint16(8, flags, true);
  view.setUint16(10, count, true);
  return bytes;
}

function meta(id: number, root: number, highWater: number): Uint8Array {
  const bytes = page(id, FLAGS.meta, 0, PAGE);
  const view = new DataView(bytes.buffer, HEADER);
  view.setUint32(0, 0xed0cdaed, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, PAGE, true);
  view.setBigUint64(16, BigInt(root), true);
  view.setBigUint64(32, 2n, true);
  view.setBigUint64(40, BigInt(highWater), true);
  view.setBigUint64(48, BigInt(id + 1), true);
  sumMeta(bytes, 0);
  return bytes;
}

/** Puts the right checksum on the meta page at `offset`, where a file says what was written into it on purpose. */
export function sumMeta(bytes: Uint8Array, offset: number): void {
  const body = bytes.subarray(offset + HEADER, offset + HEADER + 56);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset + HEADER);
  view.setBigUint64(56, fnv1a64(body), true);
}
