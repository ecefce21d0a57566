import { ChevronDown } from 'lucide-react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../shared/model/source.ts';
import { type Place, sourceHref } from '../base/address.ts';
import { Button } from '../base/button.tsx';
import { classNames } from '../base/class-names.ts';
import type { SourceFeature } from '../base/feature.ts';
import { Icon } from '../base/icon.tsx';
import { keyCaps } from '../base/keys.ts';
import type { WindowForm } from '../base/media.ts';
import { Menu, MenuItem } from '../base/menu.tsx';
import { useShellState } from './shell-state.ts';
import styles from './view-tabs.module.css';

/** The views of a source; a menu in a window of one column. The view's own actions stand at the right end. */
export function ViewTabs({
  source,
  place,
  features,
  form,
}: {
  readonly source: Source | undefined;
  readonly place: Place;
  readonly features: readonly SourceFeature[];
  readonly form: WindowForm;
}) {
  const sourceId = place.sourceId ?? '';
  const current = features.find((feature) => feature.segment === place.segment);
  return (
    <div className={styles.bar}>
      {form === 'single' ? (
        <Menu
          label="Views"
          button={
            <Button variant="ghost" icon={current?.icon ?? ChevronDown} className={styles.menuButton}>
              {current?.title ?? 'Views'} <Icon of={ChevronDown} size={12} className={styles.chevron} />
            </Button>
          }
        >
          {features.map((feature) => (
            <MenuItem
              key={feature.id}
              icon={feature.icon}
              {...(feature.goKey === undefined ? {} : { keys: `g ${feature.goKey}` })}
              onAction={() => navigate(sourceHref(sourceId, feature.segment))}
            >
              {feature.title}
            </MenuItem>
          ))}
        </Menu>
      ) : (
        <nav className={styles.tabs} aria-label="Views">
          {features.map((feature) => (
            <Link
              key={feature.id}
              href={sourceHref(sourceId, feature.segment)}
              className={classNames(styles.tab, feature === current && styles.on)}
              {...(feature === current ? { 'aria-current': 'page' as const } : {})}
              {...(feature.goKey === undefined
                ? {}
                : { 'data-tip': `${feature.title} (${keyCaps(`g ${feature.goKey}`).join(' ')})`, 'data-tip-name': '' })}
              aria-disabled={source?.state === 'failed' || undefined}
            >
              <Icon of={feature.icon} />
              {feature.title}
            </Link>
          ))}
        </nav>
      )}
      <div className={styles.actions} ref={setActionsSlot} />
    </div>
  );
}

function setActionsSlot(element: HTMLDivElement | null): void {
  useShellState.setState({ actionsSlot: element ?? undefined });
}
