import type { CacheError } from '../../../shared/base/errors.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { CacheSource, ReadProgress, SourceSnapshot } from '../ports/cache-source.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lease } from '../ports/managed-store.ts';
import type { Staging } from '../ports/staging.ts';
import type { ChosenCache } from './choose-caches.ts';

/** What a transfer takes of its source, which may be several. */
export interface TransferSource extends Pick<CacheSource, 'location' | 'place' | 'openBlob' | 'locateBlobs'> {
  /** True where all of its caches become one. */
  readonly isJoined?: boolean;
  /** Where a blob is, where that is not the same for all of them. */
  placeOf?(digest: Digest): Ref;
  read(options: {
    signal?: AbortSignal;
    onProgress?: (progress: ReadProgress) => void;
  }): Promise<Pick<SourceSnapshot, 'caches' | 'blobs'>>;
}

/** How a transfer adds to what references hold already. */
export interface Merging {
  /** Opens what a reference of the target leads to. */
  openPlace(location: string, signal?: AbortSignal): Promise<Pick<CacheSource, 'read'>>;
  readonly clock: Pick<Clock, 'wait'>;
}

/** One transfer. */
export interface Transfer {
  readonly source: TransferSource;
  /** Needed only to add to what references hold already. */
  readonly merging?: Merging | undefined;
  /** Opened, or created, once the source has been read. */
  openTarget(): Promise<CacheTarget>;
  readonly options: TransferOptions;
  /** Learns where blobs are. */
  readonly blobInfo?: BIC | undefined;
  /** Needed only for another compression. */
  readonly staging?: Staging | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly log?: ((text: string) => void) | undefined;
  /** A reference has come to lead to what was written: where a source finds it. */
  readonly onSwitched?: ((location: string) => void) | undefined;
}

/** A transfer on its way. */
export interface Run extends Omit<Transfer, 'openTarget'> {
  readonly log: (text: string) => void;
  readonly target: CacheTarget;
  readonly lease: Lease;
  readonly supply: Supply;
  chosen: readonly ChosenCache[];
}

/** Where blobs can be had. */
export interface Supply {
  readonly inSource: Set<string>;
  readonly inTarget: Set<string>;
  /** Came there by this transfer. */
  readonly brought: Set<Digest>;
  /** Those of them that the target took from another place of its own. */
  readonly mounted: Set<Digest>;
  /** What the source says it has and has not, in words. */
  readonly damaged: string[];
}

/** What is known before the first blob is brought. */
export function createSupply(inSource: Set<string>, inTarget: Set<string>): Supply {
  return { inSource, inTarget, brought: new Set(), mounted: new Set(), damaged: [] };
}

/** Notes that the source cannot give a blob after all. */
export function noteDamage({ inSource, damaged }: Supply, { subject = '', message }: CacheError): void {
  inSource.delete(subject);
  damaged.push(`${subject} cannot be copied: ${message}`);
}
