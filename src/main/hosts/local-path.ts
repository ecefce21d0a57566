import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CacheError } from '../../shared/base/errors.ts';
import { splitLocation } from '../../shared/oci/location.ts';
import { withoutAccount } from '../../shared/oci/reference.ts';
import { expandHome } from '../system/expand-home.ts';

/**
 * The absolute path that a person's text means: a path, `~/…`, `file://…`, or a path behind one of these schemes.
 * @throws `UNSUPPORTED_FORMAT` for a reference of a kind that does not open yet
 */
export function localPath(text: string, schemes: readonly string[]): string {
  // Node says so by an error that a mistake of this program would have too.
  if (text.includes('\0')) {
    throw new CacheError('INVALID_INPUT', 'A path cannot hold a NUL character.', {
      subject: text,
      hint: 'Write the path without it.',
    });
  }
  const { scheme, rest } = splitLocation(text);
  if (scheme === 'file') return fileURLToPath(text);
  if (scheme === undefined || schemes.includes(scheme)) return resolve(expandHome(rest));
  throw new CacheError('UNSUPPORTED_FORMAT', `References with ${scheme}:// do not open yet.`, {
    subject: withoutAccount(text),
    hint: 'Open a folder or a tar (a local cache export, an OCI layout, a managed store), the state folder of a daemon, docker://HOST/REPOSITORY:TAG, or s3://BUCKET/PREFIX.',
  });
}

/**
 * The absolute path of a folder to write to: a path, `~/…`, `store://PATH` or `file://…`.
 * @throws `INVALID_INPUT` for any other reference: a daemon's folder is only read, and a registry is no folder
 */
export function writablePath(text: string): string {
  const { scheme } = splitLocation(text);
  if (scheme === undefined || scheme === 'store' || scheme === 'file') return localPath(text, ['store']);
  throw new CacheError('INVALID_INPUT', `Nothing can be written to ${scheme}:// here.`, {
    subject: withoutAccount(text),
    hint: 'Write the path of a folder. An export may also go to docker://HOST/REPOSITORY:TAG or s3://BUCKET/PREFIX.',
  });
}
