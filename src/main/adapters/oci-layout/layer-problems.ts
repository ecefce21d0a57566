import type { Problem } from '../../../shared/model/source.ts';
import type { PackedDescriptors } from '../../engine/remotecache/manifest-reader.ts';
import { bytesAt } from '../../engine/remotecache/packed-texts.ts';
import { BLOB_FLAW, type Listing, placeOf } from './storage.ts';

/** A cache of which every layer is gone is told in few words too. */
const MAX_LAYER_PROBLEMS = 1000;

/** Lists the layers that cannot be used, each once, and marks those of the wrong size in the listing. */
export function layerProblems(
  caches: Iterable<{ readonly descriptors: PackedDescriptors }>,
  listing: Listing,
): readonly Problem[] {
  const layers = new Map<string, Problem>();
  for (const { descriptors } of caches) {
    const texts = descriptors.packedTexts;
    const seen = new Uint8Array(texts.positions.length);
    let at = -1;
    descriptors.digest.forEach((text, i) => {
      if (seen[text]) return;
      seen[text] = 1;
      const digest = bytesAt(texts, text);
      const place = placeOf(listing, digest, at + 1);
      if (place >= 0) at = place;
      const problem = layerProblem(digest, descriptors.size[i] as number, listing, place);
      if (problem !== undefined) layers.set(problem.subject ?? '', problem);
    });
  }
  const problems = [...layers.values()];
  if (problems.length <= MAX_LAYER_PROBLEMS) return problems;
  return [
    ...problems.slice(0, MAX_LAYER_PROBLEMS),
    {
      code: 'NOT_FOUND',
      message: `${problems.length - MAX_LAYER_PROBLEMS} more layers cannot be used.`,
      hint: 'The list of layers shows all of them.',
    },
  ];
}

function layerProblem(bytes: Uint8Array, size: number, listing: Listing, at: number): Problem | undefined {
  const flaw = at < 0 ? BLOB_FLAW.none : listing.flaws[at];
  if (at >= 0 && flaw === BLOB_FLAW.none && listing.sizes[at] === size) return undefined;
  const subject = new TextDecoder().decode(bytes);
  if (at < 0) {
    return {
      code: 'NOT_FOUND',
      message: 'A layer blob is missing.',
      subject,
      hint: 'Records with a result that needs it cannot be loaded. Copy it here, or export the cache again.',
    };
  }
  if (flaw === BLOB_FLAW.notReadable) {
    return {
      code: 'ACCESS_DENIED',
      message: 'A layer blob cannot be read.',
      subject,
      hint: 'Check owner and mode of the file.',
    };
  }
  if (flaw === BLOB_FLAW.notAFile) {
    return {
      code: 'CORRUPT',
      message: 'There is no plain file where a layer blob should be.',
      subject,
      hint: 'Links are not followed. Copy the cache with its files.',
    };
  }
  listing.flaws[at] = BLOB_FLAW.wrongSize;
  const found = flaw === BLOB_FLAW.cutOff ? 'the tar ends before that' : `${listing.sizes[at]} are there`;
  return {
    code: 'SIZE_MISMATCH',
    message: `A layer blob should be ${size} bytes long, but ${found}.`,
    subject,
    hint: 'It was cut short. Copy it again, or export the cache again.',
  };
}
