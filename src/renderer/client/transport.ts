import type { ClientContext, ClientLink } from '@orpc/client';
import type { CacheError } from '../../shared/base/errors.ts';

/** One live connection to an engine. */
export interface Session {
  readonly link: ClientLink<ClientContext>;
  /** Settles, never rejects, when the connection has ended for whatever reason. */
  readonly closed: Promise<void>;
  /** Ends it from our side. */
  close(): void;
}

/** How an engine is reached. One file a technology. */
export interface Transport {
  /**
   * Opens a connection.
   * @throws `UNAVAILABLE` when nobody answers
   * @throws EngineStartError when it is known why there is no engine
   */
  connect(): Promise<Session>;
}

/** The failure of an engine that did not start, for a reason that a person can act on. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
  readonly reason: CacheError;

  constructor(reason: CacheError) {
    super(reason.message, { cause: reason });
    this.reason = reason;
  }
}
