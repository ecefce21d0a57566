import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret of 256 bits, safe in an address and in a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Only this is kept of a secret: whoever reads our memory learns nothing that opens a session. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time, whatever the length of what was presented. */
export function isSecret(presented: string, hash: Buffer): boolean {
  return timingSafeEqual(hashOf(presented), hash);
}
