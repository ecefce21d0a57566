import { ArrowDown, ArrowUp, Columns3, RotateCcw } from 'lucide-react';
import { DialogTrigger } from 'react-aria-components';
import { Button, IconButton } from '../../base/button.tsx';
import { Checkbox } from '../../base/field.tsx';
import { Popover } from '../../base/overlay.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { usePreferences } from '../../base/window-state.ts';
import {
  type ColumnChoice,
  type ColumnSpec,
  isOn,
  moveColumn,
  NO_CHOICE,
  orderedColumns,
  toggleColumn,
} from './column-layout.ts';
import styles from './column-menu.module.css';

interface ColumnMenuProps {
  readonly columns: readonly ColumnSpec[];
  readonly choice: ColumnChoice;
  readonly onChoice: (choice: ColumnChoice) => void;
}

/**
 * Which columns a grid shows, and in which order: what dragging headers does, without dragging. A column that the
 * source cannot fill says why.
 */
export function ColumnMenu({ columns, choice, onChoice }: ColumnMenuProps) {
  const ordered = orderedColumns(columns, choice);
  const density = usePreferences((preferences) => preferences.density);
  const on = ordered.filter((column) => isOn(column, choice));
  return (
    <DialogTrigger>
      <Button variant="ghost" icon={Columns3}>
        Columns{' '}
        <span className={styles.count}>
          {on.length} of {columns.length}
        </span>
      </Button>
      <Popover label="Columns" placement="bottom end" className={styles.popover ?? ''}>
        <ul className={styles.list}>
          {ordered.map((column) => {
            const place = on.indexOf(column);
            const always = column.isFixed === true;
            return (
              <li
                key={column.id}
                className={styles.item}
                data-locked={always || column.unavailable !== undefined || undefined}
              >
                <Checkbox
                  label={column.title}
                  isSelected={place >= 0}
                  isDisabled={always || column.unavailable !== undefined}
                  onChange={() => onChoice(toggleColumn(column, choice))}
                />
                {column.unavailable !== undefined && <span className={styles.why}>{column.unavailable}</span>}
                {place >= 0 && (
                  <span className={styles.moves}>
                    <IconButton
                      icon={ArrowUp}
                      iconSize={12}
                      label={`Move ${column.title} towards the start`}
                      isDisabled={place === 0}
                      onPress={() => onChoice(moveColumn(columns, choice, column.id, -1))}
                    />
                    <IconButton
                      icon={ArrowDown}
                      iconSize={12}
                      label={`Move ${column.title} towards the end`}
                      isDisabled={place === on.length - 1}
                      onPress={() => onChoice(moveColumn(columns, choice, column.id, 1))}
                    />
                  </span>
                )}
              </li>
            );
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
          <Button variant="ghost" icon={RotateCcw} onPress={() => onChoice(NO_CHOICE)}>
            Reset
          </Button>
        </div>
      </Popover>
    </DialogTrigger>
  );
}
