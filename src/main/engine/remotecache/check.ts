import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from '../model/cache-config.ts';

/** The columns that refer to one another. */
export type ConfigIndexes = Pick<
  CacheConfig,
  | 'layerParent'
  | 'recordDigest'
  | 'inputOffset'
  | 'alternativeOffset'
  | 'alternativeLink'
  | 'resultOffset'
  | 'resultLayer'
  | 'chains'
>;

/**
 * Checks every index, and that neither layers nor records run in a loop. Linear and without recursion: a chain may be
 * as long as the document. Must agree with `parse.go` of BuildKit, which checks what it reaches; here all is checked.
 * @throws `CORRUPT` whose subject is the path of the field
 */
export function checkIndexes(config: ConfigIndexes): void {
  const layers = config.layerParent.length;
  const records = config.recordDigest.length;
  config.layerParent.forEach((parent, layer) => {
    if (parent >= layers) throw outOfRange(`layers[${layer}].parent`, parent, layers, 'layers');
  });
  config.resultLayer.forEach((layer, result) => {
    if (layer >= layers) throw outOfRange(resultPath(config, result), layer, layers, 'layers');
  });
  config.chains.forEach((chain, index) => {
    for (const layer of chain.layers) {
      if (layer < layers) continue;
      const place = index - config.chains.findIndex((other) => other.record === chain.record);
      throw outOfRange(`records[${chain.record}].chains[${place}].layers`, layer, layers, 'layers');
    }
  });
  config.alternativeLink.forEach((link, alternative) => {
    if (link >= records) throw outOfRange(linkPath(config, alternative), link, records, 'records');
  });
  checkLayerLoops(config.layerParent);
  checkRecordLoops(config);
}

/** Every layer is walked down once, until a layer that an earlier walk has been at. */
function checkLayerLoops(parents: Int32Array): void {
  const walk = new Uint32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let layer = start;
    while (layer >= 0 && walk[layer] === 0) {
      walk[layer] = start + 1;
      const parent = parents[layer] as number;
      if (parent >= 0 && walk[parent] === start + 1) {
        throw new CacheError('CORRUPT', `The parents of layer ${layer} run in a loop.`, {
          subject: `layers[${layer}].parent`,
          hint: 'A layer at the bottom says -1; a missing parent means layer 0. Export the cache again.',
        });
      }
      layer = parent;
    }
  }
}

/** Depth first with a stack of its own: a link to a record that is still open closes a loop. */
function checkRecordLoops(config: ConfigIndexes): void {
  const { inputOffset, alternativeOffset, alternativeLink } = config;
  const records = config.recordDigest.length;
  const first = (record: number) => alternativeOffset[inputOffset[record] as number] as number;
  /** 0 not seen, 1 open, 2 done. */
  const state = new Uint8Array(records);
  const stack = new Uint32Array(records);
  const next = new Uint32Array(records);
  for (let start = 0; start < records; start++) {
    if (state[start] !== 0) continue;
    let depth = 0;
    stack[0] = start;
    state[start] = 1;
    next[0] = first(start);
    while (depth >= 0) {
      const record = stack[depth] as number;
      const alternative = next[depth] as number;
      if (alternative === first(record + 1)) {
        state[record] = 2;
        depth--;
        continue;
      }
      next[depth] = alternative + 1;
      const link = alternativeLink[alternative] as number;
      if (state[link] === 1) {
        throw new CacheError('CORRUPT', `Record ${record} needs record ${link}, which needs it in turn.`, {
          subject: linkPath(config, alternative),
          hint: 'Links may not run in a loop. Export the cache again.',
        });
      }
      if (state[link] === 0) {
        depth++;
        stack[depth] = link;
        state[link] = 1;
        next[depth] = first(link);
      }
    }
  }
}

function outOfRange(subject: string, index: number, count: number, what: string): CacheError {
  return new CacheError('CORRUPT', `The index ${index} is out of range: there are ${count} ${what}.`, {
    subject,
    hint: 'The cache config is damaged or was cut. Export the cache again.',
  });
}

/** The owner `i` with `offsets[i] <= index < offsets[i + 1]`. */
function ownerOf(offsets: Uint32Array, index: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] as number) <= index) low = middle;
    else high = middle;
  }
  return low;
}

function linkPath(config: ConfigIndexes, alternative: number): string {
  const input = ownerOf(config.alternativeOffset, alternative);
  const record = ownerOf(config.inputOffset, input);
  const place = input - (config.inputOffset[record] as number);
  return `records[${record}].inputs[${place}][${alternative - (config.alternativeOffset[input] as number)}].link`;
}

function resultPath(config: ConfigIndexes, result: number): string {
  const record = ownerOf(config.resultOffset, result);
  return `records[${record}].layers[${result - (config.resultOffset[record] as number)}].layer`;
}
