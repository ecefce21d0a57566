import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from '../../base/icon.tsx';
import styles from './grid.module.css';
import type { RowGroup } from './group-map.ts';

/** The heading of a group: as high as a row, and one cell wide. The grid listens for its clicks and keys. */
export function GroupRow({
  group,
  index,
  topPx,
  hasFocus,
  columnCount,
  children,
}: {
  readonly group: RowGroup;
  readonly index: number;
  readonly topPx: number;
  readonly hasFocus: boolean;
  readonly columnCount: number;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
    <div
      role="row"
      className={styles.group}
      aria-level={1}
      aria-rowindex={index + 2}
      aria-expanded={group.isOpen}
      data-index={index}
      tabIndex={hasFocus ? 0 : -1}
      style={{ top: topPx }}
    >
      {/** biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element */}
      <div role="gridcell" tabIndex={-1} className={styles.groupCell} aria-colspan={columnCount} aria-colindex={1}>
        <Icon of={group.isOpen ? ChevronDown : ChevronRight} size={13} className={styles.chevron} />
        {children}
      </div>
    </div>
  );
}
