import { createHash } from 'node:crypto';
import type { CacheConfig } from '../../model/cache-config.ts';

const H = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A graph as a set of lines: what two configs are compared by where BuildKit leaves their order to chance. */
export function graphOf(config: CacheConfig): string[] {
  const name: string[] = [];
  const done = new Set<number>();
  const text = (index: number | undefined) => config.texts[index ?? 0] ?? '';
  const nameOf = (record: number): string => {
    const known = name[record];
    if (known !== undefined) return known;
    if (done.has(record)) throw new Error('loop');
    done.add(record);
    const inputs: string[] = [];
    for (let input = config.inputOffset[record] ?? 0; input < (config.inputOffset[record + 1] ?? 0); input += 1) {
      const alternatives: string[] = [];
      for (let a = config.alternativeOffset[input] ?? 0; a < (config.alternativeOffset[input + 1] ?? 0); a += 1) {
        alternatives.push(`${nameOf(config.alternativeLink[a] ?? 0)}/${text(config.alternativeSelector[a])}`);
      }
      inputs.push(alternatives.sort().join('|'));
    }
    const results: string[] = [];
    for (let at = config.resultOffset[record] ?? 0; at < (config.resultOffset[record + 1] ?? 0); at += 1) {
      const chain: string[] = [];
      for (let l = config.resultLayer[at] ?? -1; l >= 0; l = config.layerParent[l] ?? -1)
        chain.push(text(config.layerBlob[l]));
      results.push(`${text(config.resultCreatedAt[at])}=${chain.join('<')}`);
    }
    const whole = H([text(config.recordDigest[record]), inputs.join('&'), results.sort().join(',')].join('\n'));
    name[record] = whole;
    return whole;
  };
  return Array.from(config.recordDigest, (_, record) => nameOf(record)).sort();
}
