import type { CacheConfig } from '../model/cache-config.ts';
import { allResults, dropResults, type KeptResults, pickRecords, wholeChains } from '../remotecache/reshape.ts';
import { foundRecords, withInputs } from './found-records.ts';

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

/** A config and what is true of it whatever goes: worked out once for all plans on one state of a source. */
export interface ConfigBefore {
  readonly config: CacheConfig;
  /** Layer → 1 where the manifest describes its blob. */
  readonly described: Uint8Array;
  /** Record → 1 where it has a usable result, or one is found through it. */
  readonly led: Uint8Array;
}

/** What goes of one cache, by the numbers of its config. */
export interface LayerLoss {
  /** Whether a record loses its results. */
  goes(record: number): boolean;
  /** Layer → 1 where its blob goes. */
  readonly lost: Uint8Array;
  /** Whether a blob goes that only the manifest knows: the new one describes those of the config alone. */
  readonly losesUnnamed: boolean;
}

/**
 * The config without the results of the records that go, without the layers that nothing needs any more, and without the
 * records that nothing is found through any more (see `foundRecords`). Order is kept, so canonical stays canonical.
 */
export function prunedConfig(config: CacheConfig, { goes, blobs, described }: ConfigLoss): PrunedConfig {
  const records = config.recordDigest.length;
  let goers = 0;
  for (let record = 0; record < records; record += 1) if (goes(record)) goers += 1;
  if (goers === records && records > 0) return { config: undefined, isChanged: true };
  const layersWith = (digests: ReadonlySet<string>) =>
    Uint8Array.from(config.layerBlob, (text) => (digests.has(config.texts[text] ?? '') ? 1 : 0));
  const surviving = survivingRecords(configBefore(config, layersWith(described)), {
    goes,
    lost: layersWith(blobs),
    losesUnnamed: [...described].some((blob) => blobs.has(blob)),
  });
  if (surviving === undefined) return { config, isChanged: false };
  const { kept, found } = surviving;
  const stays = Array.from({ length: records }, (_, record) => record).filter((record) => found[record]);
  return { config: pickRecords(dropResults(config, kept), stays), isChanged: true };
}

/** Works out what holds of a config before anything goes. @param described layer → 1 where the manifest describes its blob */
export function configBefore(config: CacheConfig, described: Uint8Array): ConfigBefore {
  const usable = resultsOn(config, wholeChains(config, described), () => true);
  const has = withResults(config, usable);
  return { config, described, led: withInputs(config, (record) => has[record] !== 0) };
}

/**
 * Results that a config keeps after a loss, and records that are worth keeping then, 1 each; `undefined` where nothing of
 * it goes. A plan counts by this what applying it will leave.
 */
export function survivingRecords(
  { config, described, led }: ConfigBefore,
  loss: LayerLoss,
): { readonly kept: KeptResults; readonly found: Uint8Array } | undefined {
  if (!isTouched(config, loss)) return undefined;
  const left = described.map((is, layer) => (loss.lost[layer] === 1 ? 0 : is));
  const kept = resultsOn(config, wholeChains(config, left), (record) => !loss.goes(record));
  const hasAfter = withResults(config, kept);
  return { kept, found: foundRecords(config, led, (record) => hasAfter[record] !== 0) };
}

function isTouched(config: CacheConfig, { goes, lost, losesUnnamed }: LayerLoss): boolean {
  if (losesUnnamed || lost.includes(1)) return true;
  for (let record = 0; record < config.recordDigest.length; record += 1) if (goes(record)) return true;
  return false;
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

/** Record → 1 where it has a result among those that are kept. */
function withResults(config: CacheConfig, kept: KeptResults): Uint8Array {
  const has = new Uint8Array(config.recordDigest.length);
  for (let record = 0; record < has.length; record += 1) {
    const end = config.resultOffset[record + 1] as number;
    for (let result = config.resultOffset[record] as number; result < end; result += 1) {
      if (kept.results[result]) has[record] = 1;
    }
  }
  for (const [index, chain] of config.chains.entries()) if (kept.chains[index]) has[chain.record] = 1;
  return has;
}
