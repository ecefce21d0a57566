import { CacheError } from '../../../shared/base/errors.ts';

/** An entry of a tar and where its bytes lie. */
export interface TarEntry {
  readonly name: string;
  /** `plain` has bytes of its own; `folder` is nothing to read; everything else cannot be a blob. */
  readonly type: 'plain' | 'folder' | 'other';
  readonly offset: number;
  readonly size: number;
  readonly mtimeMs: number;
}

const BLOCK = 512;
const MAX_EXTENDED_HEADER = 1 << 20;

/**
 * Walks the headers of an uncompressed tar (ustar, pax, GNU) without reading what lies between them: a library that
 * streams would have to read it all. Must agree with POSIX pax and, for long names, GNU tar.
 * @param read gives the bytes at an offset; fewer only at the end of the file
 * @throws `CORRUPT` for a header that is none, `INVALID_INPUT` for an entry that would lie outside of a folder
 */
export function* tarEntries(read: (offset: number, length: number) => Uint8Array): Generator<TarEntry> {
  let next: { name?: string; size?: number } = {};
  for (let at = 0; ; ) {
    const header = read(at, BLOCK);
    if (header.length === 0 || (header.length === BLOCK && header.every((byte) => byte === 0))) return;
    if (!isTarHeader(header)) throw badHeader(at);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = next.size !== undefined && !isExtension(type) ? next.size : numberAt(header, 124, 12);
    if (!Number.isSafeInteger(size) || size < 0) throw badHeader(at);
    const offset = at + BLOCK;
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    if (isExtension(type)) {
      if (size > MAX_EXTENDED_HEADER) throw badHeader(offset - BLOCK);
      next = { ...next, ...extension(type, read(offset, size)) };
      continue;
    }
    const name = normalName(next.name ?? ownName(header));
    const mtimeMs = numberAt(header, 136, 12) * 1000;
    const plain = type === '0' || type === '\0' || type === '7';
    const folder = type === '5' || (plain && name.endsWith('/'));
    yield { name, type: folder ? 'folder' : plain ? 'plain' : 'other', offset, size, mtimeMs };
    next = {};
  }
}

/** Headers that say something of the entry behind them: pax, pax global, GNU long name, GNU long link. */
function isExtension(type: string): boolean {
  return type === 'x' || type === 'g' || type === 'L' || type === 'K';
}

function extension(type: string, body: Uint8Array): { name?: string; size?: number } {
  if (type === 'L') return { name: textAt(body, 0, body.length) };
  if (type !== 'x') return {};
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? 0 : Number(textAt(body, at, space - at));
    if (!Number.isSafeInteger(length) || length <= 0) break;
    const record = textAt(body, space + 1, at + length - space - 2);
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    if (record.slice(0, equals) === 'path') found.name = value;
    if (record.slice(0, equals) === 'size') found.size = Number(value);
    at += length;
  }
  return found;
}

function ownName(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  const prefix = textAt(header, 257, 6) === 'ustar' ? textAt(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Without `./`; refuses what would lie outside of the folder that a tar is unpacked to. */
function normalName(name: string): string {
  const parts = name.split('/').filter((part, i) => part !== '.' && (part !== '' || i === 0));
  if (name.startsWith('/') || parts.includes('..')) {
    throw new CacheError('INVALID_INPUT', 'This tar has an entry that would lie outside of its folder.', {
      subject: name.slice(0, 200),
      hint: 'Make the tar with relative names: tar -C CACHE -cf cache.tar .',
    });
  }
  return parts.join('/') + (name.endsWith('/') ? '/' : '');
}

/**
 * Whether a block is the header of an entry, by its checksum: the sum of its bytes, the field itself counted as spaces.
 * Old writers summed signed bytes.
 */
export function isTarHeader(header: Uint8Array): boolean {
  if (header.length < BLOCK) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (header[i] as number);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const written = numberAt(header, 148, 8);
  return written === unsigned || written === signed;
}

/** Octal digits, or GNU's big-endian binary where the first bit is set. */
function numberAt(header: Uint8Array, start: number, length: number): number {
  const first = header[start] ?? 0;
  if (first >= 0x80) {
    let value = first & 0x7f;
    for (let i = start + 1; i < start + length; i++) value = value * 256 + (header[i] as number);
    return value;
  }
  const text = textAt(header, start, length).trim();
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** Up to the first zero byte. */
function textAt(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const zero = field.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? field : field.subarray(0, zero));
}

function badHeader(at: number): CacheError {
  return new CacheError('CORRUPT', `There is no tar header at byte ${at}.`, {
    subject: `byte ${at}`,
    hint: 'The tar was cut or changed. Make it anew.',
  });
}
