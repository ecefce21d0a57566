import { expect, test } from 'vitest';
import { isTarHeader, tarEntries } from './tar-entries.ts';

interface Header {
  readonly name: string;
  readonly type?: string;
  readonly size?: number;
  /** How the checksum is summed: old writers took bytes for signed. */
  readonly signed?: boolean;
}

/** A header block, written field by field from POSIX `ustar`. */
function header({ name, type = '0', size = 0, signed = false }: Header): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${(1_700_000_000).toString(8)}\0`, 136);
  block.fill(' ', 148, 156);
  block.write(type, 156);
  block.write('ustar\0', 257);
  const sum = block.reduce((total, byte) => total + (signed && byte > 127 ? byte - 256 : byte), 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const body = (text: string) => Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)]);

/** A pax record, whose length counts itself. */
function pax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return `${length}${rest}`;
}
const paxHeader = (...records: readonly string[]) => {
  const text = records.join('');
  return Buffer.concat([header({ name: 'pax', type: 'x', size: text.length }), body(text)]);
};

function list(...parts: readonly Uint8Array[]) {
  const bytes = Buffer.concat([...parts, Buffer.alloc(1024)]);
  const entries = [...tarEntries((at, length) => bytes.subarray(at, at + length))];
  return entries.map(({ name, size, offset }) => ({ name, size, offset }));
}

test('a size in a pax header counts, for the entry behind it and no other', () => {
  const entries = list(
    paxHeader(pax('size', '700'), pax('path', 'large')),
    header({ name: 'x', size: 3 }),
    body('a'.repeat(700)),
    header({ name: 'next', size: 3 }),
    body('abc'),
  );
  expect(entries).toEqual([
    { name: 'large', size: 700, offset: 1536 },
    { name: 'next', size: 3, offset: 3072 },
  ]);
});

test('other records of a pax header are no size and no name', () => {
  const odd = paxHeader(pax('GNU.sparse.size', '9000'), pax('mtime', '12'), pax('linkpath', 'elsewhere'));
  expect(list(odd, header({ name: 'x', size: 3 }), body('abc'))).toEqual([{ name: 'x', size: 3, offset: 1536 }]);
});

test.each(['-1', '1.5', 'many', '9007199254740993', 'Infinity'])('a pax size of %s is CORRUPT', (size) => {
  expect(() => list(paxHeader(pax('size', size)), header({ name: 'x' }))).toThrow(
    expect.objectContaining({ code: 'CORRUPT' }),
  );
});

test('checksums of signed and of unsigned bytes are both right, and no other is', () => {
  const odd = { name: 'caf\xe9\xff' };
  const [unsigned, signed] = [header(odd), header({ ...odd, signed: true })];
  expect(unsigned.subarray(148, 156)).not.toEqual(signed.subarray(148, 156));
  expect([isTarHeader(unsigned), isTarHeader(signed)]).toEqual([true, true]);
  for (const at of [0, 147, 156, 511]) {
    for (const block of [unsigned, signed]) {
      const changed = Buffer.from(block);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(isTarHeader(changed), `byte ${at}`).toBe(false);
    }
  }
  expect(isTarHeader(unsigned.subarray(0, 511))).toBe(false);
});

test('a header that is none is CORRUPT, at its place', () => {
  const bad = header({ name: 'b' });
  bad[0] = 0x63;
  expect(() => list(header({ name: 'a' }), bad)).toThrow(
    expect.objectContaining({ code: 'CORRUPT', subject: 'byte 512' }),
  );
});
