import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';

/** A pointer that moved less is a click. */
const THRESHOLD_PX = 5;

/** A column on its way: its place now, and the place it would drop into. */
export interface ColumnDrag {
  readonly from: number;
  readonly to: number;
}

/**
 * Lets a header be dragged to another place. Escape or a lost pointer ends it without a change.
 * @param placeAt the place under a pointer's x
 */
export function useColumnDrag(placeAt: (clientX: number) => number, onDrop: (drag: ColumnDrag) => void) {
  const [drag, setDrag] = useState<ColumnDrag | undefined>(undefined);
  const start = useRef<{ readonly x: number; readonly from: number } | undefined>(undefined);
  const moved = useRef(false);

  const stop = useCallback(() => {
    start.current = undefined;
    setDrag(undefined);
  }, []);

  useEffect(() => {
    if (!drag) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      stop();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [drag, stop]);

  return {
    drag,
    /** True right after a drag: the click that follows is none. */
    wasDragged: () => moved.current,
    handlers: (from: number) => ({
      onPointerDown: (event: PointerEvent) => {
        moved.current = false;
        if (event.button === 0) start.current = { x: event.clientX, from };
      },
      onPointerMove: (event: PointerEvent) => {
        const at = start.current;
        if (!at || (!moved.current && Math.abs(event.clientX - at.x) < THRESHOLD_PX)) return;
        if (!moved.current) event.currentTarget.setPointerCapture(event.pointerId);
        moved.current = true;
        setDrag({ from: at.from, to: placeAt(event.clientX) });
      },
      onPointerUp: () => {
        if (drag && drag.from !== drag.to) onDrop(drag);
        stop();
      },
      onPointerCancel: stop,
    }),
  };
}
