import { useRef } from 'react';
import { classNames } from './class-names.ts';
import styles from './resize-handle.module.css';

const STEP_PX = 16;

/** A draggable edge between panes; arrow keys move it too, `Home` and `End` go to its limits. */
export function ResizeHandle({
  label,
  edge,
  value,
  min,
  max,
  onChange,
}: {
  readonly label: string;
  /** Which edge of the pane it is: dragging away from the pane makes it larger. */
  readonly edge: 'left' | 'right' | 'top';
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}) {
  const start = useRef<{ readonly at: number; readonly value: number }>(undefined);
  const horizontal = edge !== 'top';
  const sign = edge === 'right' ? 1 : -1;
  const set = (next: number): void => onChange(Math.round(Math.min(max, Math.max(min, next))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is this role with a value; hr cannot be one
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={horizontal ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classNames(styles.handle, styles[edge])}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: horizontal ? event.clientX : event.clientY, value };
      }}
      onPointerMove={(event) => {
        if (!start.current) return;
        set(start.current.value + ((horizontal ? event.clientX : event.clientY) - start.current.at) * sign);
      }}
      onPointerUp={() => {
        start.current = undefined;
      }}
      onPointerCancel={() => {
        start.current = undefined;
      }}
      onKeyDown={(event) => {
        const more = horizontal ? 'ArrowRight' : 'ArrowDown';
        const less = horizontal ? 'ArrowLeft' : 'ArrowUp';
        if (event.key === more) set(value + STEP_PX * sign);
        else if (event.key === less) set(value - STEP_PX * sign);
        else if (event.key === 'Home') set(min);
        else if (event.key === 'End') set(max);
        else return;
        event.preventDefault();
      }}
    />
  );
}
