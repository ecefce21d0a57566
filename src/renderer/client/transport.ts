import type { ClientContext, ClientLink } from '@orpc/client';

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
   */
  connect(): Promise<Session>;
}
