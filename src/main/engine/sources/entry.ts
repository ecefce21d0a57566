import type { Problem, Source, SourceKind } from '../../../shared/model/source.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { SourceOpener } from '../ports/source-opener.ts';
import { jobOf, type SourceLife, slotOf } from './life.ts';
import { shortNames } from './short-names.ts';

/** What a source of the list declares before it is opened again. */
export type Declared = SourceOpener['declared'];

/** A source of the list, with all that belongs to it while the engine runs. */
export interface Entry {
  readonly id: string;
  readonly kind: SourceKind;
  readonly location: string;
  readonly openedAt: number;
  life: SourceLife;
  /** That of its latest catalog. */
  version: number;
  source: CacheSource | undefined;
  /** What a check found, beyond what the catalog knows. */
  found: readonly Problem[];
  /** Settles, and never rejects, when the opening under way is over. */
  opening: Promise<void> | undefined;
}

/** An entry that nothing has been done with yet. */
export function createEntry(
  from: Pick<Entry, 'id' | 'kind' | 'location' | 'openedAt' | 'version'>,
  isNew: boolean,
): Entry {
  return {
    ...from,
    life: { phase: 'listed', isNew },
    source: undefined,
    found: [],
    opening: undefined,
  };
}

/** The entries as the contract shows them, oldest first. `sample`: location of the cache that ships with the project. */
export function toSources(entries: Iterable<Entry>, sample: string, declared: Declared): Source[] {
  const sorted = [...entries].sort((a, b) => a.openedAt - b.openedAt);
  const names = shortNames(sorted.map((entry) => entry.location));
  return sorted.map((entry, index) => {
    const isSample = entry.location === sample;
    return toSource(entry, isSample ? 'Sample cache' : (names[index] ?? entry.location), isSample, declared);
  });
}

function toSource(entry: Entry, name: string, sample: boolean, declared: Declared): Source {
  const { id, kind, location, life, version, openedAt } = entry;
  const catalog = slotOf(life)?.catalog;
  const jobId = jobOf(life);
  const { can, place } = entry.source ?? declared(kind, location);
  const found = new Set(entry.found.map((problem) => problem.subject));
  return {
    id,
    kind,
    location,
    name,
    // One that is gone is in the list no more.
    state: life.phase === 'gone' ? 'listed' : life.phase,
    can,
    place,
    sample,
    ...(catalog ? { fingerprint: catalog.fingerprint, totals: catalog.totals } : {}),
    ...(catalog?.du ? { du: catalog.du } : {}),
    ...(catalog?.builds === undefined ? {} : { builds: catalog.builds }),
    caches: [...(catalog?.caches ?? [])],
    problems: [...(catalog?.problems ?? []).filter((problem) => !found.has(problem.subject)), ...entry.found],
    ...(life.phase === 'failed' ? { error: life.error.toJSON() } : {}),
    ...(jobId === undefined ? {} : { jobId }),
    version,
    openedAt,
  };
}
