import type { Problem } from '../../../shared/model/source.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';

/** A cache of which every layer is gone is told in few words too. */
const MAX_LAYER_PROBLEMS = 1000;

/** What keeps the blobs. */
export type Keeper = 'registry' | 'bucket';

/** Lists the layers that cannot be used, each once. `sizes`: what the keeper has, in bytes by digest. */
export function layerProblems(
  layers: readonly Descriptor[],
  sizes: ReadonlyMap<string, number>,
  keeper: Keeper,
): Problem[] {
  const problems = new Map<string, Problem>();
  for (const layer of layers) {
    const there = sizes.get(layer.digest);
    if (there !== layer.size) problems.set(layer.digest, problemOf(layer, there, keeper));
  }
  if (problems.size <= MAX_LAYER_PROBLEMS) return [...problems.values()];
  return [
    ...[...problems.values()].slice(0, MAX_LAYER_PROBLEMS),
    {
      code: 'NOT_FOUND',
      message: `${problems.size - MAX_LAYER_PROBLEMS} more layers cannot be used.`,
      hint: 'The list of layers shows all of them.',
    },
  ];
}

function problemOf({ digest, size }: Descriptor, there: number | undefined, keeper: Keeper): Problem {
  if (there === undefined) {
    return {
      code: 'NOT_FOUND',
      message: `The ${keeper} does not have a layer blob.`,
      subject: digest,
      hint: 'Records with a result that needs it cannot be loaded. Export the cache again: that pushes it anew.',
    };
  }
  return {
    code: 'SIZE_MISMATCH',
    message: `A layer blob should be ${size} bytes long, but the ${keeper} has ${there}.`,
    subject: digest,
    hint: `It was damaged where the ${keeper} keeps it. Delete it there, and export the cache again.`,
  };
}
