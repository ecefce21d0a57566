import { CacheError } from '../../../shared/base/errors.ts';
import type { LayerFile } from '../../../shared/model/layer.ts';
import type { BlobReader } from '../ports/cache-source.ts';

/** How a layer is listed. */
export interface ListOptions {
  /** Of the layer's descriptor; its compression is taken from the first bytes where it does not say. */
  readonly mediaType: string;
  readonly signal?: AbortSignal;
}

/** The entries of a layer's tar, in its order; nothing is extracted. Times are epoch seconds. */
// biome-ignore lint/correctness/useYield: a stub until the listing stands
export async function* listLayerFiles(_reader: BlobReader, _options: ListOptions): AsyncGenerator<LayerFile> {
  throw new CacheError('INTERNAL', 'not built yet');
}
