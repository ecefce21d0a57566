import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import { outward } from '../error-border.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { CacheSource, SourceSnapshot } from '../ports/cache-source.ts';
import type { ReportSink } from '../ports/report-sink.ts';
import { recordLayerSources } from './locate.ts';
import { isSamePlace } from './same-place.ts';

/**
 * Blobs of the largest source that is recorded. A row costs SQLite 50 µs on a busy machine and 140 bytes on disk:
 * 50,000 are 2.5 s beside other work and 7 MB; 500,000 were a minute and 68 MB, for a source that is mostly asked
 * about itself.
 */
const MAX_RECORDED_BLOBS = 50_000;

/** Rows in one transaction: some 25 ms, after which others have their turn. */
const AT_ONCE = 500;

/** Remembers in the blob info cache what a source that was read has. */
export interface PlaceRecorder extends AsyncDisposable {
  /**
   * To be called when a source was read anew; a kept catalog means that its state was recorded when that was made.
   * Returns at once and never throws: a state that could not be recorded is missing from an aid, not from a cache.
   */
  record(source: Pick<CacheSource, 'place'>, snapshot: SourceSnapshot): void;
  /** Resolves when all that was handed over is recorded. */
  idle(): Promise<void>;
}

/**
 * Records in the background, one source after the other, in small transactions. Only blobs that are there and whole are
 * recorded; what a manifest of the source names and is not there, or is not whole, is forgotten. Disposing it stops before
 * the next transaction.
 */
export function createPlaceRecorder(options: {
  readonly blobInfo: BIC;
  readonly reports: ReportSink;
  readonly maxBlobs?: number | undefined;
}): PlaceRecorder {
  const { blobInfo, reports, maxBlobs = MAX_RECORDED_BLOBS } = options;
  let work = Promise.resolve();
  let stopped = false;

  async function write(place: Ref, { present, gone }: Found): Promise<void> {
    for (let at = 0; at < present.length; at += AT_ONCE) {
      await nextTurn();
      if (stopped) return;
      await recordLayerSources(blobInfo, present.slice(at, at + AT_ONCE), place);
    }
    for (const [at, digest] of gone.entries()) {
      if (at % AT_ONCE === 0) await nextTurn();
      if (stopped) return;
      const known = await blobInfo.knownLocations(digest);
      if (known.some(({ ref }) => isSamePlace(ref, place))) await blobInfo.forgetLocation(digest, place);
    }
  }

  return {
    record({ place }, snapshot) {
      // What is handed over is small: the snapshot, with its columns, may go.
      const found = blobsOf(snapshot);
      if (stopped || found.present.length + found.gone.length > maxBlobs) return;
      work = work
        .then(() => write(place, found))
        .catch((error: unknown) => {
          outward(error, reports);
        });
    },
    idle: () => work,
    async [Symbol.asyncDispose]() {
      stopped = true;
      await work;
    },
  };
}

type Blob = Pick<Descriptor, 'digest' | 'annotations'>;

interface Found {
  readonly present: readonly Blob[];
  readonly gone: readonly string[];
}

function blobsOf({ blobs, caches }: SourceSnapshot): Found {
  const present = new Map<string, Blob>();
  const gone = new Set<string>();
  for (const { digest, problem } of blobs) {
    if (problem === undefined) present.set(digest, { digest });
    else gone.add(digest);
  }
  for (const { descriptors } of caches) {
    for (const { digest, annotations } of descriptors) {
      if (!present.has(digest)) gone.add(digest);
      else if (annotations) present.set(digest, { digest, annotations });
    }
  }
  return { present: [...present.values()], gone: [...gone] };
}

/** Lets others have their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
