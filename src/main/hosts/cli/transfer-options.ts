import type { EngineClient } from '../../../shared/contract/index.ts';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { checkRef } from './sources.ts';

/** What import and export have in common on the command line. */
export interface TransferFlags {
  readonly mode: 'min' | 'max';
  readonly ref?: string;
  readonly as?: string;
  readonly replace?: boolean;
  readonly key?: string;
  readonly compression: 'keep' | 'gzip' | 'zstd';
  readonly format?: 'index' | 'manifest';
  readonly ociMediatypes?: 'true' | 'false';
}

/**
 * The same for the engine.
 * @throws `NOT_FOUND` for a reference or record that the source does not have, `CONFLICT` listing the ids
 */
export async function transferOptions(
  client: EngineClient,
  source: Source,
  { mode, ref, as, replace, key, compression, format, ociMediatypes }: TransferFlags,
): Promise<TransferOptions> {
  // What a daemon keeps without keys is no cache that could be written.
  const several = source.caches.filter(({ form }) => CACHE_FORMS[form].hasKeys).length > 1;
  const among = source.caches.some((cache) => cache.ref === ref) ? ref : undefined;
  return {
    mode,
    ref: several ? checkRef(source, ref) : ref,
    as,
    replace,
    key: key === undefined ? undefined : (await client.keys.get({ sourceId: source.id, id: key, ref: among })).id,
    compression: compression === 'keep' ? undefined : compression,
    format,
    ociMediaTypes: ociMediatypes === undefined ? undefined : ociMediatypes === 'true',
  };
}
