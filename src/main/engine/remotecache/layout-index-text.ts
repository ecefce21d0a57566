import { CacheError } from '../../../shared/base/errors.ts';

/** A byte order mark stays, which JSON does not allow (RFC 8259, section 8.1). */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of an `index.json`, byte for byte. @throws `CORRUPT` with the subject given, for what is no UTF-8 */
export function layoutIndexText(bytes: Uint8Array, subject: string): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The index of the layout is not written in UTF-8.', {
      subject,
      hint: 'It should be an OCI image index in JSON. Export the cache again.',
      cause,
    });
  }
}
