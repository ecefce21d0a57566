import type { CacheConfig } from '../remotecache/cache-config.ts';
import { allResults, dropResults, type KeptResults, pickRecords, wholeChains } from '../remotecache/reshape.ts';
import { foundRecords } from './found-records.ts';

/** What goes of one cache. */
export interface ConfigLoss {
  /** Whether a record of this config is a line that goes, by its index. */
  goes(record: number): boolean;
  /** Blobs that go though records with results on them stay: older results, layers nobody uses. */
  readonly blobs: ReadonlySet<string>;
}

/** A config after a prune. */
export interface PrunedConfig {
  /** Undefined when every record goes: then the reference goes too. */
  readonly config: CacheConfig | undefined;
  /** Whether anything of it goes. */
  readonly isChanged: boolean;
}

/**
 * The config without the results of the records that go, without the layers that nothing needs any more, and without the
 * records that nothing is found through any more (see `foundRecords`). Order is kept, so canonical stays canonical.
 */
export function prunedConfig(config: CacheConfig, loss: ConfigLoss): PrunedConfig {
  const records = config.recordDigest.length;
  const lost = lostLayers(config, loss.blobs);
  const kept = keptResults(config, loss, lost);
  const hadBefore = resultCounts(config, allResults(config));
  const hasAfter = resultCounts(config, kept);
  let goers = 0;
  for (let record = 0; record < records; record += 1) if (loss.goes(record)) goers += 1;
  if (goers === records && records > 0) return { config: undefined, isChanged: true };
  const isChanged = goers > 0 || lost.includes(1);
  if (!isChanged) return { config, isChanged };
  const found = foundRecords(
    config,
    (record) => hadBefore[record] !== 0,
    (record) => hasAfter[record] !== 0,
  );
  const stays = Array.from({ length: records }, (_, record) => record).filter((record) => found[record]);
  return { config: pickRecords(dropResults(config, kept), stays), isChanged };
}

function keptResults(config: CacheConfig, { goes }: ConfigLoss, lost: Uint8Array): KeptResults {
  const kept = allResults(config);
  for (let record = 0; record < config.recordDigest.length; record += 1) {
    const end = config.resultOffset[record + 1] as number;
    for (let result = config.resultOffset[record] as number; result < end; result += 1) {
      if (goes(record) || lost[config.resultLayer[result] as number]) kept.results[result] = 0;
    }
  }
  for (const [index, chain] of config.chains.entries()) {
    if (goes(chain.record) || chain.layers.some((layer) => lost[layer])) kept.chains[index] = 0;
  }
  return kept;
}

/** Layer → 1 where its chain holds one of the blobs. */
function lostLayers(config: CacheConfig, blobs: ReadonlySet<string>): Uint8Array {
  const stays = Uint8Array.from(config.layerBlob, (text) => (blobs.has(config.texts[text] ?? '') ? 0 : 1));
  return wholeChains(config, stays).map((whole) => 1 - whole);
}

function resultCounts(config: CacheConfig, kept: KeptResults): Uint32Array {
  const counts = new Uint32Array(config.recordDigest.length);
  const add = (record: number) => {
    counts[record] = (counts[record] as number) + 1;
  };
  for (let record = 0; record < counts.length; record += 1) {
    const end = config.resultOffset[record + 1] as number;
    for (let result = config.resultOffset[record] as number; result < end; result += 1) {
      if (kept.results[result]) add(record);
    }
  }
  for (const [index, chain] of config.chains.entries()) if (kept.chains[index]) add(chain.record);
  return counts;
}
