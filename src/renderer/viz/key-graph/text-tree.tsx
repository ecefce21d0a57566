import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { RecordName } from '../../widgets/record-name.tsx';
import { foldText } from './fold-text.ts';
import { graphKey } from './graph-keys.ts';
import type { GraphViewProps } from './key-graph-view.tsx';
import { drawnPath } from './path.ts';
import { type TextRow, textRows } from './text-rows.ts';
import styles from './text-tree.module.css';

/** Deeper rows are not indented further: they would run out of the window. */
const DEEPEST = 24;
const INDENT_PX = 14;

/** The text twin of the canvas: the same records, folds and actions as a tree of words. */
export function TextTree({
  label,
  drawing,
  textOf,
  path,
  inspected,
  actions,
  letters,
}: Omit<GraphViewProps, 'colour' | 'viewKey'>) {
  const { graph, scene } = drawing;
  const rows = useMemo(() => textRows(drawing), [drawing]);
  const shownPath = useMemo(() => drawnPath(graph, scene, path), [graph, scene, path]);
  const [currentKey, setCurrentKey] = useState<string>();
  const tree = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === currentKey),
  );

  const idOf = (row: TextRow): string | undefined => (row.node === undefined ? undefined : graph.nodes[row.node]?.id);

  const goTo = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    setCurrentKey(row.key);
    tree.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[index]?.focus();
  };

  const activate = (row: TextRow, isFar: boolean, element: Element): void => {
    const id = idOf(row);
    if (id !== undefined) actions.inspect(id);
    if (!row.fold) return;
    actions.open(row.fold, isFar, element.getBoundingClientRect());
    const parent = row.parent === undefined ? undefined : rows[row.parent];
    setCurrentKey(parent?.key);
    if (row.parent !== undefined) goTo(row.parent);
  };

  /** False where the key means nothing here. */
  const press = (event: KeyboardEvent, row: TextRow): boolean => {
    const key = graphKey(event, letters);
    const id = idOf(row);
    if (event.key === 'End') goTo(rows.length - 1);
    else if (!key) return false;
    else if (key.type === 'home') goTo(0);
    else if (key.type === 'activate') activate(row, event.shiftKey, event.currentTarget);
    else if (key.type === 'walk' && key.step === 'down') goTo(at + 1);
    else if (key.type === 'walk' && key.step === 'up') goTo(at - 1);
    else if (key.type === 'walk' && key.step === 'right') {
      if (row.isExpanded === true) goTo(at + 1);
      else if (row.fold) activate(row, event.shiftKey, event.currentTarget);
      else if (row.isExpanded === false && id !== undefined) actions.toggle(id);
    } else if (key.type === 'walk') {
      if (row.isExpanded === true && id !== undefined && row.parent !== undefined) actions.toggle(id);
      else if (row.parent !== undefined) goTo(row.parent);
    } else if (key.type === 'pan' || key.type === 'zoom' || key.type === 'fit') return false;
    else if (id === undefined) return false;
    else actions[key.type](id);
    return true;
  };

  return (
    <div ref={tree} role="tree" aria-label={label} className={styles.tree}>
      {rows.map((row, index) => (
        <TextTreeRow
          key={row.key}
          row={row}
          isCurrent={index === at}
          isInspected={idOf(row) !== undefined && idOf(row) === inspected}
          isOnPath={row.fold ? shownPath.folds.has(row.fold.key) : shownPath.items.has(row.item)}
          drawing={drawing}
          textOf={textOf}
          onKeyDown={(event) => {
            if (!press(event, row)) return;
            event.preventDefault();
            event.stopPropagation();
          }}
          onClick={(event) => {
            setCurrentKey(row.key);
            const id = idOf(row);
            if ((event.target as Element).closest(`[data-toggle]`) && id !== undefined) actions.toggle(id);
            else activate(row, event.shiftKey, event.currentTarget);
          }}
          onDoubleClick={() => {
            const id = idOf(row);
            if (id !== undefined) actions.centre(id);
          }}
        />
      ))}
    </div>
  );
}

interface RowProps extends Pick<GraphViewProps, 'drawing' | 'textOf'> {
  readonly row: TextRow;
  readonly isCurrent: boolean;
  readonly isInspected: boolean;
  readonly isOnPath: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onClick: (event: MouseEvent) => void;
  readonly onDoubleClick: () => void;
}

function TextTreeRow({ row, isCurrent, isInspected, isOnPath, drawing, textOf, ...handlers }: RowProps) {
  const { graph, scene } = drawing;
  const item = scene.items[row.item];
  const node = row.node === undefined ? undefined : graph.nodes[row.node];
  const text = row.fold && foldText(graph, row.fold);
  const relation = row.fold || !item?.link ? '' : relationText(item.side, textOf(item.link), item.link.rank > 0);
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={isInspected}
      {...(row.isExpanded === undefined ? {} : { 'aria-expanded': row.isExpanded })}
      tabIndex={isCurrent ? 0 : -1}
      className={classNames(styles.row, isInspected && styles.inspected, isOnPath && styles.onPath)}
      style={{ paddingLeft: 12 + Math.min(DEEPEST, row.depth) * INDENT_PX }}
      {...handlers}
    >
      <span className={styles.toggle} {...(node ? { 'data-toggle': '' } : {})}>
        {row.isExpanded !== undefined && <Icon of={row.isExpanded ? ChevronDown : ChevronRight} size={12} />}
      </span>
      {relation !== '' && <span className={styles.relation}>{relation}</span>}
      {node && (
        <>
          <RecordName record={node} className={classNames(row.depth === 0 && styles.focus)} />
          <span className="spring" />
          {node.ownBytes > 0 && (
            <span className={styles.size}>
              <Bytes bytes={node.ownBytes} /> +<Bytes bytes={node.addsBytes} />
            </span>
          )}
        </>
      )}
      {text && (
        <span className={styles.fold}>
          <b>{text.count}</b> {text.words}
        </span>
      )}
      {isOnPath && <span className="visually-hidden">, on the path to the root</span>}
    </div>
  );
}

/** `1 /out`, `1 or` for an alternative, `used as 0 /` for a user. */
function relationText(side: string, link: string, isAlternative: boolean): string {
  if (side === 'user') return `used by, as ${link}`;
  return isAlternative ? `${link} or` : link;
}
