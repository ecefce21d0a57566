import {
  ArrowLeft,
  ArrowRight,
  ChevronRight,
  CircleCheck,
  CircleX,
  Keyboard,
  Link as LinkIcon,
  Monitor,
  Moon,
  PanelLeft,
  PanelRight,
  Search,
  Sun,
} from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { Link } from 'wouter';
import type { Source } from '../../shared/model/source.ts';
import { linkTo, type Place, sourceHref } from '../base/address.ts';
import { IconButton } from '../base/button.tsx';
import { CopyButton } from '../base/copy-button.tsx';
import { Icon } from '../base/icon.tsx';
import { Kbd } from '../base/kbd.tsx';
import { useMedia, type WindowForm } from '../base/media.ts';
import { Menu, MenuChoice, MenuItem } from '../base/menu.tsx';
import { ProgressRing } from '../base/progress.tsx';
import { showDialog, usePanels, usePreferences } from '../base/window-state.ts';
import { useJobs } from '../client/hooks.ts';
import { jobsShare } from '../features/jobs/job-progress.ts';
import { SOURCE_ICONS } from '../widgets/source-kinds.ts';
import { SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';
import { toggleInspector, toggleSources } from './panes.ts';
import { useShellState } from './shell-state.ts';
import { isDark } from './theme.ts';
import styles from './top-bar.module.css';

/** Panes, history, address, search, jobs, theme. */
export function TopBar({
  source,
  place,
  form,
  canInspect,
  isInspectorOpen,
}: {
  readonly source: Source | undefined;
  readonly place: Place;
  readonly form: WindowForm;
  readonly canInspect: boolean;
  readonly isInspectorOpen: boolean;
}) {
  const isSmall = useMedia('(max-width: 719px)');
  return (
    <header className={styles.bar}>
      <IconButton icon={PanelLeft} label="Sources pane" onPress={toggleSources} />
      {!isSmall && (
        <>
          <IconButton icon={ArrowLeft} label="Back" keys="alt+ArrowLeft" onPress={() => window.history.back()} />
          <IconButton
            icon={ArrowRight}
            label="Forward"
            keys="alt+ArrowRight"
            onPress={() => window.history.forward()}
          />
        </>
      )}
      <Address source={source} place={place} />
      <span className="spring" />
      {isSmall ? (
        <IconButton icon={Search} label="Search steps, digests, actions" keys="mod+k" onPress={openPalette} />
      ) : (
        <AriaButton className={styles.search ?? ''} onPress={openPalette} aria-keyshortcuts="Control+K">
          <Icon of={Search} />
          <span className="spring ellipsis">Search steps, digests, actions</span>
          <Kbd keys="mod+k" />
        </AriaButton>
      )}
      {form === 'wide' && <span className={styles.gap} />}
      <JobsButton isSmall={isSmall} />
      {!isSmall && (
        <>
          <IconButton icon={Keyboard} label="Keyboard sheet" keys="?" onPress={() => showDialog('keys')} />
          <ThemeMenu />
        </>
      )}
      <IconButton
        icon={PanelRight}
        label="Inspector"
        keys="i"
        isToggle
        isActive={isInspectorOpen}
        isDisabled={!canInspect}
        onPress={toggleInspector}
      />
    </header>
  );
}

const openPalette = (): void => showDialog('palette');

function Address({ source, place }: { readonly source: Source | undefined; readonly place: Place }) {
  const subject = useShellState((state) => state.subject);
  const view = (place.sourceId === undefined ? WINDOW_FEATURES : SOURCE_FEATURES).find(
    (feature) => feature.segment === place.segment,
  );
  const parts: readonly { readonly text: string; readonly href?: string; readonly isView?: true }[] = [
    ...(source ? [{ text: source.name, href: sourceHref(source.id, 'overview') }] : []),
    ...(view && place.sourceId !== undefined
      ? [{ text: view.title, href: sourceHref(place.sourceId, view.segment), isView: true as const }]
      : []),
    ...(view && place.sourceId === undefined ? [{ text: view.title }] : []),
    ...(subject === undefined ? [] : [{ text: subject }]),
  ];
  if (parts.length === 0) return <span className={styles.name}>Cachewright</span>;
  return (
    <nav className={styles.address} aria-label="Address">
      {source && <Icon of={SOURCE_ICONS[source.kind]} />}
      {parts.map((part, at) => (
        <span
          key={part.text}
          className={styles.part}
          data-last={at === parts.length - 1 || undefined}
          data-view={part.isView}
        >
          {at > 0 && <Icon of={ChevronRight} size={12} className={styles.chevron} />}
          {part.href !== undefined && at < parts.length - 1 ? (
            <Link href={part.href} className={styles.crumb}>
              {part.text}
            </Link>
          ) : (
            <span className={styles.crumb} aria-current="page">
              {part.text}
            </span>
          )}
        </span>
      ))}
      <CopyButton
        icon={LinkIcon}
        label="Copy link"
        text={() => linkTo(window.location.href)}
        className={styles.copyLink ?? ''}
      />
    </nav>
  );
}

function JobsButton({ isSmall }: { readonly isSmall: boolean }) {
  const jobs = useJobs() ?? [];
  const running = jobs.filter((job) => job.state === 'running');
  const isOpen = usePanels((panels) => panels.jobsDrawer);
  const failed = jobs[0]?.state === 'failed';
  const share = jobsShare(running);
  const text =
    running.length > 0
      ? `${running.length} ${running.length === 1 ? 'job' : 'jobs'}${share === undefined ? '' : `, ${Math.floor(share * 100)} %`}`
      : failed
        ? 'Job failed'
        : jobs.length > 0
          ? 'Jobs done'
          : 'No jobs';
  return (
    <AriaButton
      className={styles.jobs ?? ''}
      aria-expanded={isOpen}
      aria-label={`Jobs: ${text}`}
      data-tip="Jobs drawer"
      data-tip-name=""
      data-quiet={jobs.length === 0 || undefined}
      onPress={() => usePanels.setState({ jobsDrawer: !isOpen })}
    >
      {running.length > 0 ? (
        <ProgressRing share={share} />
      ) : (
        <Icon of={failed ? CircleX : CircleCheck} className={failed ? styles.failed : undefined} />
      )}
      {!isSmall && <span>{text}</span>}
    </AriaButton>
  );
}

function ThemeMenu() {
  const theme = usePreferences((preferences) => preferences.theme);
  const systemIsLight = useMedia('(prefers-color-scheme: light)');
  return (
    <Menu label="Theme" button={<IconButton icon={isDark(theme, systemIsLight) ? Moon : Sun} label="Theme" />}>
      <MenuChoice
        title="Theme"
        mode="single"
        selected={[theme]}
        onChange={([chosen]) => {
          if (chosen === 'system' || chosen === 'light' || chosen === 'dark')
            usePreferences.setState({ theme: chosen });
        }}
      >
        <MenuItem id="system" icon={Monitor}>
          As the system
        </MenuItem>
        <MenuItem id="light" icon={Sun}>
          Light
        </MenuItem>
        <MenuItem id="dark" icon={Moon}>
          Dark
        </MenuItem>
      </MenuChoice>
    </Menu>
  );
}
