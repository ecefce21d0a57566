import { useCallback, useState } from 'react';
import { parseTime } from '../../../shared/base/time.ts';
import type { TreemapTile } from '../../../shared/model/overview.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { useParam } from '../../base/address.ts';
import type { SourceViewProps } from '../../base/feature.ts';
import { useCommandLine } from '../../base/shell-context.ts';
import { AgePart } from './age-part.tsx';
import { DamagePart } from './damage-part.tsx';
import { EmptySource } from './empty-source.tsx';
import { LargestPart } from './largest-part.tsx';
import type { Lit } from './lit.ts';
import styles from './overview-view.module.css';
import { RefChoice } from './ref-choice.tsx';
import { TotalsStrip } from './totals-strip.tsx';
import { TreemapPart } from './treemap-part.tsx';

/** How big, how much is shared, what is largest, how old. */
export function OverviewView({ source }: SourceViewProps) {
  const [wantedRef] = useParam('ref');
  const cache = source.caches.find((one) => one.ref === wantedRef);
  const [lit, setLit] = useState<Lit>();
  const light = useCallback((record: TreemapTile | RecordRow | undefined) => {
    setLit(record && { id: record.id, createdMs: parseTime(record.createdAt) });
  }, []);
  useCommandLine(['inspect', source.location, ...(cache ? ['--ref', cache.ref] : []), '--json']);

  const totals = cache?.totals ?? source.totals;
  if (!totals) return null;
  const about = { source, ...(cache ? { cacheRef: cache.ref } : {}) };
  return (
    <div className={styles.view}>
      {source.caches.length > 1 && <RefChoice source={source} selected={cache?.ref} />}
      <TotalsStrip {...about} totals={totals} />
      <DamagePart source={source} />
      {totals.records === 0 ? (
        <EmptySource source={source} />
      ) : (
        <>
          <TreemapPart {...about} onLight={light} />
          <div className={styles.lower}>
            <LargestPart {...about} lit={lit} onLight={light} />
            <AgePart {...about} lit={lit} />
          </div>
        </>
      )}
    </div>
  );
}
