import type { CacheConfig } from '../model/cache-config.ts';
import { allResults, dropResults, type KeptResults, pickRecords, wholeChains } from '../remotecache/reshape.ts';
import { foundRecords } from './found-records.ts';

/** What goes of one cache. */
export interface ConfigLoss {
  /** Whether a record of this config is a line that goes, or loses its results, by its index. */
  goes(record: number): boolean;
  /** Blobs that go: no result with one of them can stay, older results of records that stay included. */
  readonly blobs: ReadonlySet<string>;
  /** Blobs that the manifest describes. BuildKit takes no result with another one, so neither does a new config. */
  readonly described: ReadonlySet<string>;
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
  let goers = 0;
  for (let record = 0; record < records; record += 1) if (loss.goes(record)) goers += 1;
  if (goers === records && records > 0) return { config: undefined, isChanged: true };
  const surviving = survivingRecords(config, loss);
  if (surviving === undefined) return { config, isChanged: false };
  const { kept, found } = surviving;
  const stays = Array.from({ length: records }, (_, record) => record).filter((record) => found[record]);
  return { config: pickRecords(dropResults(config, kept), stays), isChanged: true };
}

/**
 * Results that a config keeps after a loss, and records that are worth keeping then, 1 each; `undefined` where nothing of
 * it goes. A plan counts by this what applying it will leave.
 */
export function survivingRecords(
  config: CacheConfig,
  loss: ConfigLoss,
): { readonly kept: KeptResults; readonly found: Uint8Array } | undefined {
  if (!isTouched(config, loss)) return undefined;
  const usable = wholeLayers(config, (blob) => loss.described.has(blob));
  const left = wholeLayers(config, (blob) => loss.described.has(blob) && !loss.blobs.has(blob));
  const hadBefore = resultCounts(
    config,
    resultsOn(config, usable, () => true),
  );
  const kept = resultsOn(config, left, (record) => !loss.goes(record));
  const hasAfter = resultCounts(config, kept);
  const found = foundRecords(
    config,
    (record) => hadBefore[record] !== 0,
    (record) => hasAfter[record] !== 0,
  );
  return { kept, found };
}

function isTouched(config: CacheConfig, loss: ConfigLoss): boolean {
  for (let record = 0; record < config.recordDigest.length; record += 1) if (loss.goes(record)) return true;
  if (config.layerBlob.some((text) => loss.blobs.has(config.texts[text] ?? ''))) return true;
  // A layer that only the manifest knows: the new one describes those of the config alone.
  return [...loss.described].some((blob) => loss.blobs.has(blob));
}

/** Results of the records asked for whose layers are all among these. */
function resultsOn(config: CacheConfig, layers: Uint8Array, isOf: (record: number) => boolean): KeptResults {
  const kept = allResults(config);
  for (let record = 0; record < config.recordDigest.length; record += 1) {
    const end = config.resultOffset[record + 1] as number;
    for (let result = config.resultOffset[record] as number; result < end; result += 1) {
      if (!layers[config.resultLayer[result] as number] || !isOf(record)) kept.results[result] = 0;
    }
  }
  for (const [index, chain] of config.chains.entries()) {
    if (!chain.layers.every((layer) => layers[layer]) || !isOf(chain.record)) kept.chains[index] = 0;
  }
  return kept;
}

/** Layer → 1 where every blob of its chain is one of these. */
function wholeLayers(config: CacheConfig, isOne: (blob: string) => boolean): Uint8Array {
  return wholeChains(
    config,
    Uint8Array.from(config.layerBlob, (text) => (isOne(config.texts[text] ?? '') ? 1 : 0)),
  );
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
