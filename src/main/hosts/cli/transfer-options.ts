import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { checkRef } from './sources.ts';

/** What import and export have in common on the command line. */
export interface TransferFlags {
  readonly mode: 'min' | 'max';
  readonly ref?: string;
  readonly as?: string;
  readonly replace?: boolean;
  readonly merge?: boolean;
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
  { mode, ref, as, replace, merge, key, compression, format, ociMediatypes }: TransferFlags,
): Promise<TransferOptions> {
  checkRef(source, ref);
  return {
    mode,
    ref,
    as,
    replace,
    merge,
    key: key === undefined ? undefined : (await client.keys.get({ sourceId: source.id, id: key, ref })).id,
    compression: compression === 'keep' ? undefined : compression,
    format,
    ociMediaTypes: ociMediatypes === undefined ? undefined : ociMediatypes === 'true',
  };
}
