import type { Random } from './random.ts';

const TOKENS = [
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  '\\',
  '0',
  '-1',
  '99999',
  'null',
  '"link":',
  '\u0000',
  '\u00ff',
  '[[',
  ']]',
];

/** A few blind changes: bits and bytes flipped, stretches cut, doubled, overwritten, the rest of another document. */
export function mutateBytes(random: Random, from: Uint8Array, other: Uint8Array): Uint8Array {
  // A copy: a Buffer's own `slice` is none.
  let bytes: Uint8Array = new Uint8Array(from);
  for (let left = 1 + random.below(4); left > 0; left -= 1) bytes = change(random, bytes, other);
  return bytes;
}

function change(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const behind = Math.min(bytes.length, at + random.below(40));
  switch (random.below(8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(behind)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, behind), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(TOKENS)), bytes.subarray(behind)]);
    default:
      for (let i = at; i < behind; i += 1) bytes[i] = random.below(256);
      return bytes;
  }
}
