import { z } from 'zod';
import { CacheError } from '../base/errors.ts';

/** `<algorithm>:<lower-case hex>`, as the OCI image specification writes it. Only `parseDigest` makes one. */
export type Digest = string & { readonly __brand: 'Digest' };

/** The algorithms a store may be keyed by, with their hex length. */
export const DIGEST_ALGORITHMS = { sha256: 64, sha384: 96, sha512: 128 } as const;
export type DigestAlgorithm = keyof typeof DIGEST_ALGORITHMS;

const PATTERN = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** True for a well-formed digest of an algorithm we know. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && PATTERN.test(text);
}

/**
 * Parses a digest before it may become part of a path.
 * @throws `INVALID_INPUT` naming the field for anything else, `../` included.
 */
export function parseDigest(text: unknown, field = 'digest'): Digest {
  if (isDigest(text)) return text;
  throw new CacheError('INVALID_INPUT', `${field} is not a digest.`, {
    subject: typeof text === 'string' ? text.slice(0, 200) : field,
    hint: 'A digest is sha256:, sha384: or sha512: and lower-case hexadecimal digits of the full length.',
  });
}

/** The two halves of a digest. */
export function splitDigest(digest: Digest): { readonly algorithm: DigestAlgorithm; readonly hex: string } {
  const colon = digest.indexOf(':');
  return { algorithm: digest.slice(0, colon) as DigestAlgorithm, hex: digest.slice(colon + 1) };
}

/** `8…4` hex digits, for a row; the whole digest belongs on hover and in the copy button. */
export function shortDigest(digest: string): string {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return hex.length > 14 ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex;
}

/** Schema of a digest where it crosses the contract. */
export const digestSchema = z
  .string()
  .regex(PATTERN, 'not a digest')
  .transform((text) => text as Digest);
