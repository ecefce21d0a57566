import type { AuditEntry } from '../../../shared/model/job.ts';
import type { SourceKind } from '../../../shared/model/source.ts';

/** A source as it stays in the list from one session to the next. */
export interface RecentSource {
  readonly id: string;
  readonly kind: SourceKind;
  readonly location: string;
  /** Epoch ms of when it was first opened: the order of the list. */
  readonly openedAt: number;
}

/** The list of sources across sessions. Several processes may share one: each call is atomic. */
export interface RecentSources {
  /** Oldest first. */
  list(): readonly RecentSource[];
  /** Adds it, or replaces the one with this id. */
  put(source: RecentSource): void;
  /** Absent: no error. */
  remove(id: string): void;
}

/** What was changed, by whom it was asked of us, across sessions. Entries are only ever added. */
export interface AuditLog {
  append(entry: AuditEntry): void;
  /** Newest first. */
  list(limit: number): readonly AuditEntry[];
}

/** Settings of the program that outlive a session. They may hold credentials: never show, log or copy one. */
export interface SettingStore {
  get(name: string): string | undefined;
  /** `undefined` takes it away. */
  set(name: string, value: string | undefined): void;
}
