import { Plus } from 'lucide-react';
import { Suspense, useRef } from 'react';
import { Link } from 'wouter';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import type { Lazy, PaneSectionProps, WindowFeature } from '../../base/feature.ts';
import { Icon } from '../../base/icon.tsx';
import { keyCaps } from '../../base/keys.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { showDialog, usePanels } from '../../base/window-state.ts';
import { useSources } from '../../client/hooks.ts';
import { SourceItem } from './source-item.tsx';
import styles from './sources-pane.module.css';

const closeSheet = (): void => usePanels.setState({ sourcesSheet: false });

/** What is open, and the window's own views at its foot. A rail shows icons only, with names on hover and focus. */
export function SourcesPane({
  isRail,
  selectedId,
  segment,
  features,
  sections,
}: {
  readonly isRail: boolean;
  readonly selectedId: string | undefined;
  readonly segment: string;
  readonly features: readonly WindowFeature[];
  /** Parts of other features, below the sources. */
  readonly sections: readonly { readonly id: string; readonly section: Lazy<PaneSectionProps> }[];
}) {
  const sources = useSources();
  const selected = sources?.find(({ id, state }) => id === selectedId && state === 'ready');
  const tabStopId = sources?.some(({ id }) => id === selectedId) ? selectedId : sources?.[0]?.id;
  const list = useRef<HTMLUListElement>(null);
  return (
    <div className={classNames(styles.pane, isRail && styles.rail)}>
      <div className={styles.head}>
        {!isRail && <h2 className="spring">Sources</h2>}
        <IconButton
          icon={Plus}
          iconSize={14}
          label="Open a cache"
          keys="mod+o"
          className={styles.add}
          onPress={() => showDialog('open')}
        />
      </div>
      <nav className={styles.scroll} aria-label="Sources">
        {sources === undefined ? (
          <SkeletonRows label="Loading the sources" rows={4} height={40} />
        ) : (
          <ul ref={list} onKeyDown={(event) => moveFocus(list.current, event)}>
            {sources.map((source) => (
              <SourceItem
                key={source.id}
                source={source}
                all={sources}
                isSelected={source.id === selectedId}
                isTabStop={source.id === tabStopId}
                isRail={isRail}
                href={sourceHref(source.id, segmentFor(source, selectedId, segment))}
                onOpen={closeSheet}
              />
            ))}
          </ul>
        )}
        {sources?.length === 0 && !isRail && <p className={styles.none}>Nothing is open yet.</p>}
        <Suspense>
          {sections.map(({ id, section: Section }) => (
            <Section key={id} source={selected} isRail={isRail} onOpen={closeSheet} />
          ))}
        </Suspense>
      </nav>
      <ul className={styles.foot}>
        {features.map(({ id, title, icon, segment: own, goKey, note: Note }) => (
          <li key={id}>
            <Link
              href={`/${own}`}
              className={classNames(styles.footItem, selectedId === undefined && segment === own && styles.on)}
              {...(selectedId === undefined && segment === own ? { 'aria-current': 'page' as const } : {})}
              {...(isRail || goKey !== undefined
                ? {
                    'data-tip': goKey === undefined ? title : `${title} (${keyCaps(`g ${goKey}`).join(' ')})`,
                    'data-tip-name': '',
                  }
                : {})}
              {...(isRail ? { 'aria-label': title } : {})}
              onClick={closeSheet}
            >
              <Icon of={icon} />
              {!isRail && <span>{title}</span>}
              {!isRail && Note && (
                <span className={styles.note}>
                  <Note />
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Another source opens in the view that is open now. */
function segmentFor(source: Source, selectedId: string | undefined, segment: string): string {
  return selectedId === undefined || source.id === selectedId ? 'overview' : segment;
}

function moveFocus(list: HTMLElement | null, event: React.KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || !list) return;
  const links = [...list.querySelectorAll<HTMLElement>('a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  links[at + step]?.focus();
}
