import { ArrowDown, ArrowUp, Columns3, Pin, PinOff, RotateCcw } from 'lucide-react';
import { DialogTrigger } from 'react-aria-components';
import { Button, IconButton } from '../../base/button.tsx';
import { Checkbox } from '../../base/field.tsx';
import { Popover } from '../../base/overlay.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { usePreferences } from '../../base/window-state.ts';
import styles from './column-menu.module.css';
import { moveColumn } from './column-moves.ts';
import type { GridColumns } from './use-columns.ts';

interface ColumnMenuProps<Row> {
  readonly columns: GridColumns<Row>;
  /** Only the icon, where there is little room. */
  readonly isSmall?: boolean;
}

/**
 * Which columns a grid shows, in which order and which of them are pinned: what dragging headers does, without
 * dragging. A column that the source cannot fill says why.
 */
export function ColumnMenu<Row>({ columns, isSmall = false }: ColumnMenuProps<Row>) {
  const { specs, table } = columns;
  const density = usePreferences((preferences) => preferences.density);
  const byId = new Map(specs.map((spec) => [spec.id, spec]));
  const parts = [table.getStartLeafColumns(), table.getCenterLeafColumns(), table.getEndLeafColumns()];
  const count = `${columns.shown.length} of ${specs.length}`;
  return (
    <DialogTrigger>
      {isSmall ? (
        <IconButton icon={Columns3} label={`Columns, ${count}`} />
      ) : (
        <Button variant="ghost" icon={Columns3}>
          Columns <span className={styles.count}>{count}</span>
        </Button>
      )}
      <Popover label="Columns" placement="bottom end" className={styles.popover ?? ''}>
        <ul className={styles.list}>
          {parts.flatMap((part) => {
            const on = part.filter((column) => column.getIsVisible());
            return part.map((column) => {
              const spec = byId.get(column.id);
              if (!spec) return null;
              const place = on.indexOf(column);
              const pinned = column.getIsPinned();
              return (
                <li key={spec.id} className={styles.item} data-locked={!column.getCanHide() || undefined}>
                  <Checkbox
                    label={spec.title}
                    isSelected={place >= 0}
                    isDisabled={!column.getCanHide()}
                    onChange={() => column.toggleVisibility()}
                  />
                  {spec.unavailable !== undefined && <span className={styles.why}>{spec.unavailable}</span>}
                  {place >= 0 && (
                    <span className={styles.moves}>
                      <IconButton
                        icon={pinned ? PinOff : Pin}
                        iconSize={12}
                        label={pinned ? `Unpin ${spec.title}` : `Pin ${spec.title} to the start`}
                        isActive={pinned !== false}
                        onPress={() => column.pin(pinned ? false : 'start')}
                      />
                      <IconButton
                        icon={ArrowUp}
                        iconSize={12}
                        label={`Move ${spec.title} towards the start`}
                        isDisabled={place === 0}
                        onPress={() => moveColumn(table, spec.id, -1)}
                      />
                      <IconButton
                        icon={ArrowDown}
                        iconSize={12}
                        label={`Move ${spec.title} towards the end`}
                        isDisabled={place === on.length - 1}
                        onPress={() => moveColumn(table, spec.id, 1)}
                      />
                    </span>
                  )}
                </li>
              );
            });
          })}
        </ul>
        <div className={styles.rows}>
          <span>Rows</span>
          <Segmented
            label="Height of rows"
            value={density}
            options={[
              { value: 'compact', label: 'Compact' },
              { value: 'comfortable', label: 'Comfortable' },
            ]}
            onChange={(value) => usePreferences.setState({ density: value })}
          />
        </div>
        <div className={styles.foot}>
          <span>A narrow window leaves out columns from the right.</span>
          <Button variant="ghost" icon={RotateCcw} onPress={columns.reset}>
            Reset
          </Button>
        </div>
      </Popover>
    </DialogTrigger>
  );
}
