import { createHash } from 'node:crypto';
import type { CacheConfig } from '../model/cache-config.ts';
import type { ConfigNames } from '../remotecache/config-key-storage.ts';

/**
 * Names keys and results by what they are, so that two machines that have the same record call it the same, and one that
 * reports it twice reports it once: a key by its digest and the keys that lead to it, a result by the chain of its layers.
 * Keys in a loop, which only damage makes, are named after their place in the config. Linear in links and layers.
 */
export function contentNames(config: CacheConfig): ConfigNames {
  return { records: recordNames(config), results: resultNames(config) };
}

function recordNames(config: CacheConfig): string[] {
  const { texts, recordDigest, inputOffset, alternativeOffset, alternativeLink, alternativeSelector } = config;
  const count = recordDigest.length;
  const digestOf = (record: number) => texts[recordDigest[record] ?? 0] ?? '';
  const names = new Array<string>(count);
  const waits = new Uint32Array(count);
  const users: number[][] = [];
  const alternatives = (record: number) => [
    alternativeOffset[inputOffset[record] ?? 0] ?? 0,
    alternativeOffset[inputOffset[record + 1] ?? 0] ?? 0,
  ];
  for (let record = 0; record < count; record += 1) {
    const [from = 0, to = 0] = alternatives(record);
    waits[record] = to - from;
    for (let at = from; at < to; at += 1) {
      const source = alternativeLink[at] ?? 0;
      const known = users[source];
      if (known) known.push(record);
      else users[source] = [record];
    }
  }
  const ready: number[] = [];
  for (let record = 0; record < count; record += 1) if (waits[record] === 0) ready.push(record);
  for (let record = ready.pop(); record !== undefined; record = ready.pop()) {
    names[record] = nameOf(record);
    for (const user of users[record] ?? []) {
      waits[user] = (waits[user] ?? 0) - 1;
      if (waits[user] === 0) ready.push(user);
    }
  }
  for (let record = 0; record < count; record += 1) names[record] ??= shortName(`loop ${record} ${digestOf(record)}`);
  return names;

  function nameOf(record: number): string {
    const first = inputOffset[record] ?? 0;
    const last = inputOffset[record + 1] ?? 0;
    if (first === last) return digestOf(record);
    const lines = [digestOf(record)];
    for (let position = first; position < last; position += 1) {
      const found: string[] = [];
      for (let at = alternativeOffset[position] ?? 0; at < (alternativeOffset[position + 1] ?? 0); at += 1) {
        found.push(`${names[alternativeLink[at] ?? 0]} ${texts[alternativeSelector[at] ?? 0]}`);
      }
      lines.push(found.sort().join('|'));
    }
    return shortName(lines.join('\n'));
  }
}

function resultNames({ texts, layerBlob, layerParent, resultLayer }: CacheConfig): string[] {
  const names = new Array<string | undefined>(layerBlob.length);
  const nameOf = (top: number): string => {
    const open: number[] = [];
    let layer = top;
    for (; layer >= 0 && names[layer] === undefined; layer = layerParent[layer] ?? -1) open.push(layer);
    let below = layer >= 0 ? (names[layer] ?? '') : '';
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      below = shortName(`${below}\n${texts[layerBlob[next] ?? 0]}`);
      names[next] = below;
    }
    return below;
  };
  return Array.from(resultLayer, nameOf);
}

/** As long as the ids that BuildKit gives: 25 characters of [0-9a-z]. */
function shortName(text: string): string {
  const bits = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  return bits.toString(36).padStart(50, '0').slice(-25);
}
