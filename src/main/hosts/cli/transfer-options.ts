import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { checkRef, resolveId } from './sources.ts';

/** What import and export have in common on the command line. */
export interface TransferFlags {
  readonly mode: 'min' | 'max';
  readonly ref?: string;
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
  { mode, ref, key, compression, format, ociMediatypes }: TransferFlags,
): Promise<TransferOptions> {
  return {
    mode,
    // The only cache of a source can be given another name.
    ref: source.caches.length > 1 ? checkRef(source, ref) : ref,
    key: key === undefined ? undefined : await resolveId(client, source.id, key),
    compression: compression === 'keep' ? undefined : compression,
    format,
    ociMediaTypes: ociMediatypes === undefined ? undefined : ociMediatypes === 'true',
  };
}
