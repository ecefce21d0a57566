import { ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import { type RecordKind, recordKindSchema } from '../../../shared/model/record.ts';
import { inspect, setParams, useParam } from '../../base/address.ts';
import { ErrorState } from '../../base/error-state.tsx';
import { Icon } from '../../base/icon.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { Skeleton, SkeletonBar } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';
import { OTHERS } from '../../viz/treemap/layout.ts';
import { Treemap } from '../../viz/treemap/treemap.tsx';
import { KINDS, KindGlyph } from '../../widgets/kind-glyph.tsx';
import { type About, aboutInput } from './about.ts';
import styles from './treemap-part.module.css';

const GROUPINGS = [
  { value: 'step', label: 'Step' },
  { value: 'kind', label: 'Kind' },
  { value: 'age', label: 'Age' },
] as const;

type Grouping = (typeof GROUPINGS)[number]['value'];

/** Size by step, kind or age. */
export function TreemapPart({
  onLight,
  ...about
}: About & { readonly onLight: (tile: TreemapTile | undefined) => void }) {
  const [wanted] = useParam('group');
  const [zoomed] = useParam('zoom');
  const [selectedId] = useParam('record');
  const group: Grouping = GROUPINGS.find((one) => one.value === wanted)?.value ?? 'step';
  const read = useRead('overview.treemap', { ...aboutInput(about), group }, { keepPrevious: true });
  const groups = useMemo(() => (read.data?.groups ?? []).map(inWords), [read.data]);
  const zoomedGroup = groups.find((one) => one.key === zoomed);
  const zoomLabel =
    zoomed === OTHERS ? 'Smaller groups' : zoomedGroup && `${zoomedGroup.label}, ${formatBytes(zoomedGroup.bytes)}`;
  return (
    <section className={styles.part} aria-label={`Size by ${group}`}>
      <div className={styles.head}>
        <h2 className="medium">Size by {group}</h2>
        <Segmented
          label="Group by"
          value={group}
          options={GROUPINGS}
          onChange={(value) => setParams({ group: value === 'step' ? undefined : value, zoom: undefined })}
        />
        {zoomLabel !== undefined && (
          <nav className={styles.crumbs} aria-label="Zoom">
            <button type="button" className={styles.crumb} onClick={() => setParams({ zoom: undefined })}>
              All
            </button>
            <Icon of={ChevronRight} size={12} />
            <span aria-current="true" className="ellipsis">
              {zoomLabel}
            </span>
          </nav>
        )}
        <span className="spring" />
        <KindLegend groups={groups} />
      </div>
      <div className={styles.map}>
        {read.error ? (
          <ErrorState error={read.error} isCompact />
        ) : read.data ? (
          <Treemap
            label={`Size by ${group}`}
            groups={groups}
            totalBytes={read.data.totalBytes}
            zoomed={zoomLabel === undefined ? undefined : zoomed}
            selectedId={selectedId}
            onZoom={(zoom) => setParams({ zoom })}
            onInspect={inspectTile}
            onHover={onLight}
          />
        ) : (
          <MapSkeleton />
        )}
      </div>
    </section>
  );
}

function inspectTile(tile: TreemapTile): void {
  inspect('record', tile.id);
}

/** A group as it is called here: a kind by its word, a layer without a step by what it is. */
function inWords(group: TreemapGroup): TreemapGroup {
  const kind = recordKindSchema.safeParse(group.key);
  if (kind.success) return { ...group, label: KINDS[kind.data].label };
  return group.key.startsWith('layer:') ? { ...group, label: `on ${group.label}` } : group;
}

const LEGEND: readonly RecordKind[] = ['copy', 'exec', 'source', 'mount', 'merge', 'content', 'unknown'];

/** The kinds that are in sight, so that the legend explains nothing that is not there. */
function KindLegend({ groups }: { readonly groups: readonly TreemapGroup[] }) {
  const there = new Set(groups.flatMap((group) => group.tiles.map((tile) => tile.kind)));
  return (
    <ul className={styles.legend} aria-label="Kinds">
      {LEGEND.filter((kind) => there.has(kind)).map((kind) => (
        <li key={kind}>
          <KindGlyph kind={kind} isDecorative />
          {KINDS[kind].label}
        </li>
      ))}
    </ul>
  );
}

function MapSkeleton() {
  return (
    <Skeleton label="Loading the sizes" className={styles.skeleton}>
      <div className={styles.bones}>
        {[30, 26, 22, 12, 10].map((width) => (
          <div key={width} style={{ flexGrow: width }}>
            <SkeletonBar width="100%" height={300} />
          </div>
        ))}
      </div>
    </Skeleton>
  );
}
