import type { CacheConfig } from '../model/cache-config.ts';
import type { RecordName, RecordNames } from '../model/record-names.ts';

/**
 * Adds what follows from the links of a cache. A root without a name that stands as an input of a named step, without a
 * selector, is what that step reads, found by the checksum of its files; or, beside an image, the same image found by
 * its layers. Only what the links say is said: these names are `inferred`.
 */
export function withContentNames(names: RecordNames, configs: readonly CacheConfig[]): RecordNames {
  const added = new Map<string, { readonly name: RecordName; steps: number }>();
  for (const config of configs) {
    if (!hasNames(names, config)) continue;
    eachInput(config, (record, input, from, to) => {
      const step = names.get(digestOf(config, record));
      if (step === undefined) return;
      let image: RecordName | undefined;
      for (let a = from; a < to; a++) {
        const beside = names.get(digestOf(config, config.alternativeLink[a] as number));
        if (beside && isImage(beside)) image = beside;
      }
      for (let a = from; a < to; a++) {
        const target = config.alternativeLink[a] as number;
        const digest = digestOf(config, target);
        const isRoot = config.inputOffset[target] === config.inputOffset[target + 1];
        if (!isRoot || config.alternativeSelector[a] !== 0 || names.has(digest)) continue;
        const known = added.get(digest);
        if (known === undefined) {
          added.set(digest, { name: image === undefined ? contentOf(step, input) : sameImage(image), steps: 1 });
        } else known.steps++;
      }
    });
  }
  const all = new Map(names);
  for (const [digest, { name, steps }] of added) {
    const more = steps > 1 && name.kind === 'content' ? ` and ${steps - 1} more` : '';
    all.set(digest, { ...name, name: name.name + more });
  }
  return all;
}

/** A daemon names all its sources; only an image is also found by its layers. */
function isImage({ kind, name, nameFrom }: RecordName): boolean {
  return kind === 'source' && (nameFrom !== 'reference' || name.startsWith('pulled from '));
}

function contentOf(step: RecordName, input: number): RecordName {
  return {
    kind: 'content',
    name: `content of ${step.name}`,
    ...(step.stage === undefined ? {} : { stage: step.stage }),
    nameFrom: 'inferred',
    operation: `files that ${step.name} reads at input ${input}, found by their checksum`,
  };
}

function sameImage(image: RecordName): RecordName {
  return {
    kind: 'source',
    name: `${image.name} by its layers`,
    nameFrom: 'inferred',
    operation: 'stands beside the image as an input that will do as well',
  };
}

/** Most caches come without a provenance: then there is nothing to walk over. */
function hasNames(names: RecordNames, config: CacheConfig): boolean {
  return names.size > 0 && config.recordDigest.some((text) => names.has(config.texts[text] ?? ''));
}

function digestOf(config: CacheConfig, record: number): string {
  return config.texts[config.recordDigest[record] as number] ?? '';
}

/** Calls back with the alternatives `[from, to)` of every input position. */
function eachInput(
  config: CacheConfig,
  visit: (record: number, input: number, from: number, to: number) => void,
): void {
  for (let record = 0; record < config.recordDigest.length; record++) {
    const first = config.inputOffset[record] as number;
    const end = config.inputOffset[record + 1] as number;
    for (let position = first; position < end; position++) {
      visit(
        record,
        position - first,
        config.alternativeOffset[position] as number,
        config.alternativeOffset[position + 1] as number,
      );
    }
  }
}
