import type { CacheError } from '../../../shared/base/errors.ts';

/** What a server says before it knows who asks. */
export interface S3Greeting {
  /** The name that it gives itself, or "". */
  readonly server: string;
  /** Its time, epoch milliseconds; undefined where it tells none. */
  readonly dateMs: number | undefined;
}

/** Who asks, and what of the bucket could be found out at the same time. */
export interface S3Account {
  /** The last characters of the key's id; nothing of the secret. */
  readonly keyEnd: string;
  /** The account may open caches, and not ask for the bucket itself: both is common. */
  readonly mayAskForBucket: boolean;
  readonly bucketError?: CacheError | undefined;
}

/** What lies below a prefix. */
export interface S3Listing {
  readonly caches: number;
  readonly objects: number;
  /** More lies there than was listed. */
  readonly isCut: boolean;
  /** An object that may be read to see whether that is permitted. */
  readonly example: string | undefined;
}

/**
 * Asks a bucket one thing at a time, with credentials that are read anew. Each @throws `CacheError` with what helps.
 */
export interface S3Probe {
  /** The canonical text of its address. */
  readonly location: string;
  /** Connects, without credentials. */
  greet(signal?: AbortSignal): Promise<S3Greeting>;
  /**
   * Signs a request about the bucket.
   * @throws where the account is the matter; what is wrong with the bucket is in the answer
   */
  signIn(signal?: AbortSignal): Promise<S3Account>;
  list(signal?: AbortSignal): Promise<S3Listing>;
  /** Reads a byte of an object. */
  read(key: string, signal?: AbortSignal): Promise<void>;
  /** Writes an empty object under a name that nobody else uses; that name. */
  write(signal?: AbortSignal): Promise<string>;
  delete(key: string, signal?: AbortSignal): Promise<void>;
}

/** Returns the probe for an address. @throws `INVALID_INPUT` naming the parameter */
export type S3Prober = (location: string) => S3Probe;
