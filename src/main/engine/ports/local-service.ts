/** What a service of this machine is started with. */
export interface LocalServiceOptions {
  /** A folder or `s3://BUCKET/PREFIX`; without it a folder of the program's own. */
  readonly store: string | undefined;
  /** A free one where none is given. */
  readonly port: number | undefined;
  readonly publish: readonly string[];
  /** The merged cache was written to a place, or could not be. */
  readonly onPublished: (location: string, error: unknown) => void;
}

/** A service of this machine that listens. */
export interface RunningLocalService {
  readonly url: string;
  /** Where it keeps layers. */
  readonly location: string;
  /** Takes no more requests; resolves when those that run are finished and nothing is held any more. */
  stop(): Promise<void>;
}

/**
 * Starts a cache service that only this machine reaches.
 * @throws `CONFLICT` when the port is taken, `INVALID_INPUT` for a store that cannot be, and what the disk throws; then nothing runs
 */
export type LocalServiceStarter = (options: LocalServiceOptions) => Promise<RunningLocalService>;
