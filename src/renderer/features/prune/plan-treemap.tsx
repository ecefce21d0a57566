import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import { inspect, useParam } from '../../base/address.ts';
import { ErrorState } from '../../base/error-state.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';
import { Treemap } from '../../viz/treemap/treemap.tsx';
import styles from './prune.module.css';

const PAGE = 1000;
/** Beyond so many blobs that go, a tile cannot be told from another one anyway. */
const MOST = 5000;
const TILES = 160;

/** The store as areas by step; what goes is hatched. Not drawn anew while the limit moves. */
export const PlanTreemap = memo(function PlanTreemap({
  plan,
  isOld,
}: {
  readonly plan: PrunePlan;
  readonly isOld: boolean;
}) {
  const { sourceId } = plan;
  const [record] = useParam('record');
  const [zoomed, setZoomed] = useParam('stage');
  const map = useRead('overview.treemap', { sourceId, group: 'step', maxTiles: TILES }, { keepPrevious: true });
  const going = useGoing(plan);
  const groups = useMemo(() => map.data?.groups ?? [], [map.data]);
  return (
    <section className={styles.areas} aria-label="Size by step" data-old={isOld || undefined}>
      <div className={styles.cardHead}>
        <h2>Size by step</h2>
        <span className="spring" />
        {going === undefined && plan.goes.blobs > MOST && <span className={styles.headNote}>too many to mark</span>}
      </div>
      <div className={styles.map}>
        {map.error ? (
          <ErrorState error={map.error} isCompact />
        ) : (
          <Treemap
            label="Size by step"
            groups={groups}
            totalBytes={map.data?.totalBytes ?? 0}
            zoomed={groups.some((group) => group.key === zoomed) ? zoomed : undefined}
            selectedId={record}
            onZoom={(key) => setZoomed(key, { replace: true })}
            onInspect={(tile) => inspect('record', tile.id)}
            onHover={ignore}
            {...(going === undefined ? {} : { going })}
          />
        )}
      </div>
    </section>
  );
});

function ignore(): void {}

/** Blobs that leave; `undefined` while they are not known, or where they are too many. */
function useGoing({ plan, sourceId, goes }: PrunePlan): ReadonlySet<string> | undefined {
  const engine = useEngine();
  return useQuery({
    queryKey: ['prune.blobs', sourceId, plan],
    enabled: goes.blobs <= MOST,
    queryFn: async ({ signal }) => {
      const leaving = new Set<string>();
      for (let offset = 0; offset < goes.blobs; offset += PAGE) {
        const page = await engine.prune.blobs({ sourceId, plan, offset, limit: PAGE }, { signal });
        for (const digest of page.digests) leaving.add(digest);
        if (page.digests.length < PAGE) break;
      }
      return leaving;
    },
  }).data;
}
