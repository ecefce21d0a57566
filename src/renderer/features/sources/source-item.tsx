import { Copy, Ellipsis, RefreshCw, RotateCcw, ShieldCheck, TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { Menu as AriaMenu, MenuTrigger, Popover } from 'react-aria-components';
import { Link } from 'wouter';
import type { Source } from '../../../shared/model/source.ts';
import { IconButton } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import { useCopy } from '../../base/clipboard.ts';
import { Icon } from '../../base/icon.tsx';
import menuStyles from '../../base/menu.module.css';
import { MenuItem, MenuSeparator } from '../../base/menu.tsx';
import { ProgressRing } from '../../base/progress.tsx';
import { formatProgress } from '../../base/progress-text.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useJob } from '../../client/hooks.ts';
import { describeSource, SOURCE_ICONS } from '../../widgets/source-kinds.ts';
import styles from './source-item.module.css';
import { useCloseSource } from './use-open-source.ts';

interface SourceItemProps {
  readonly source: Source;
  readonly all: readonly Source[];
  readonly isSelected: boolean;
  /** The list is one tab stop; arrow keys move in it. */
  readonly isTabStop: boolean;
  readonly isRail: boolean;
  readonly href: string;
  readonly onOpen: () => void;
}

/** A source in the list: two lines, and a menu on the button, on a right click and on the menu key. */
export function SourceItem({ source, all, isSelected, isTabStop, isRail, href, onOpen }: SourceItemProps) {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const job = useJob(source.jobId);
  const share = job?.progress.total ? job.progress.done / job.progress.total : undefined;
  const closeSource = useCloseSource();
  const text = describeSource(source);
  return (
    <li
      className={styles.item}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuOpen(true);
      }}
    >
      <Link
        href={href}
        tabIndex={isTabStop ? 0 : -1}
        className={classNames(styles.link, isSelected && styles.on, isRail && styles.rail)}
        {...(isSelected ? { 'aria-current': 'true' as const } : {})}
        {...(isRail ? { 'aria-label': `${source.name}, ${text}`, 'data-tip': `${source.name}\n${text}` } : {})}
        onClick={onOpen}
        onKeyDown={(event) => {
          if (event.key === 'Delete') closeSource(source, all);
          else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) setMenuOpen(true);
          else return;
          event.preventDefault();
        }}
      >
        {source.state === 'opening' ? (
          <ProgressRing share={share} />
        ) : source.state === 'failed' ? (
          <Icon of={TriangleAlert} className={styles.failed} />
        ) : (
          <Icon of={SOURCE_ICONS[source.kind]} />
        )}
        {!isRail && (
          <>
            <span className={styles.name}>{source.name}</span>
            <span className={styles.size}>
              {source.problems.length > 0 ? (
                <span
                  role="img"
                  aria-label={countOf(source.problems.length, 'problem')}
                  data-tip={countOf(source.problems.length, 'problem')}
                  className={styles.problem}
                >
                  <Icon of={TriangleAlert} size={12} />
                </span>
              ) : (
                source.totals && <Bytes bytes={source.du?.totalBytes ?? source.totals.deduplicatedBytes} />
              )}
            </span>
            <span className={styles.description} {...(source.state === 'failed' ? { 'data-tip': text } : {})}>
              {source.state === 'opening' && job ? `opening · ${formatProgress(job.progress)}` : text}
            </span>
          </>
        )}
      </Link>
      {!isRail && (
        <SourceMenu source={source} all={all} isOpen={isMenuOpen} onOpenChange={setMenuOpen} className={styles.menu} />
      )}
    </li>
  );
}

function SourceMenu({
  source,
  all,
  isOpen,
  onOpenChange,
  className,
}: {
  readonly source: Source;
  readonly all: readonly Source[];
  readonly isOpen: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly className: string | undefined;
}) {
  const engine = useEngine();
  const { fail } = useShell();
  const { copy } = useCopy();
  const closeSource = useCloseSource();
  const attempt = (title: string, run: () => Promise<unknown>): void => {
    run().catch((error: unknown) => fail(title, error));
  };
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={onOpenChange}>
      <IconButton
        icon={Ellipsis}
        iconSize={14}
        label={`Actions for ${source.name}`}
        className={className}
        excludeFromTabOrder
      />
      <Popover className={menuStyles.popover ?? ''} placement="bottom start" offset={2}>
        <AriaMenu aria-label={`Actions for ${source.name}`} className={menuStyles.menu ?? ''}>
          {source.state === 'opening' && source.jobId !== undefined ? (
            <MenuItem
              icon={X}
              onAction={() => attempt('It was not cancelled', () => engine.jobs.cancel({ jobId: source.jobId ?? '' }))}
            >
              Cancel opening
            </MenuItem>
          ) : (
            <MenuItem
              icon={source.state === 'failed' ? RotateCcw : RefreshCw}
              onAction={() =>
                attempt(`${source.name} was not read again`, () =>
                  engine.sources.reload({ sourceId: source.id, force: true }),
                )
              }
            >
              {source.state === 'failed' ? 'Try again' : 'Read it again'}
            </MenuItem>
          )}
          <MenuItem
            icon={ShieldCheck}
            isDisabled={source.state !== 'ready' || !source.can.verify}
            onAction={() => attempt('The verify did not start', () => engine.verify.start({ sourceId: source.id }))}
          >
            Verify every blob
          </MenuItem>
          <MenuItem icon={Copy} onAction={() => copy(source.location)}>
            Copy location
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={X} keys="Delete" onAction={() => closeSource(source, all)}>
            Take from the list
          </MenuItem>
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
