import { Bookmark } from 'lucide-react';
import { Link } from 'wouter';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref, usePlace, useSearchParameters } from '../../base/address.ts';
import { classNames } from '../../base/class-names.ts';
import type { PaneSectionProps } from '../../base/feature.ts';
import { Icon } from '../../base/icon.tsx';
import { useRead } from '../../client/hooks.ts';
import { type SavedView, useSavedViews } from './saved-views.ts';
import styles from './saved-views-pane.module.css';

/** Pinned views, each with the number of records it finds in the source that is shown. */
export function SavedViewsPane({ source, isRail, onOpen }: PaneSectionProps) {
  const views = useSavedViews((kept) => kept.views).filter((view) => view.pinned);
  if (!source || views.length === 0) return null;
  return (
    <section aria-label="Saved views">
      {!isRail && <h2 className={styles.head}>Saved views</h2>}
      <ul>
        {views.map((view) => (
          <ViewItem key={view.name} view={view} source={source} isRail={isRail} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  );
}

function ViewItem({
  view,
  source,
  isRail,
  onOpen,
}: {
  readonly view: SavedView;
  readonly source: Source;
  readonly isRail: boolean;
  readonly onOpen: () => void;
}) {
  const { segment } = usePlace();
  const params = useSearchParameters();
  const found = useRead('keys.page', { sourceId: source.id, filter: view.filter, limit: 1 }, { keepPrevious: true });
  const isOn =
    segment === 'keys' &&
    (params.get('filter') ?? '') === view.filter &&
    (params.get('sort') ?? undefined) === view.sort;
  return (
    <li>
      <Link
        href={sourceHref(source.id, 'keys', { filter: view.filter, sort: view.sort })}
        className={classNames(styles.item, isOn && styles.on, isRail && styles.rail)}
        {...(isOn ? { 'aria-current': 'true' as const } : {})}
        {...(isRail
          ? { 'aria-label': view.name, 'data-tip': view.name, 'data-tip-name': '' }
          : { 'data-tip': view.filter })}
        onClick={onOpen}
      >
        <Icon of={Bookmark} />
        {!isRail && (
          <>
            <span className="ellipsis">{view.name}</span>
            <span className={styles.count}>{found.data && formatCount(found.data.total)}</span>
          </>
        )}
      </Link>
    </li>
  );
}
