import { type MouseEvent, type PointerEvent, type RefObject, useRef, useState } from 'react';
import type { CanvasStage } from './canvas-stage.ts';
import { type Spot, spotAt } from './spots.ts';

/** Further than this and a press is a drag. */
const DRAG_PX = 4;
/** What is this near counts as pointed at. */
const SLACK_PX = 2;

interface Pointed {
  readonly onPress: (spot: Spot, isFar: boolean) => void;
  readonly onDoublePress: (spot: Spot) => void;
  /** A press on the ground. */
  readonly onGround: () => void;
}

/** Hover, press, double press and drag on a stage. */
export function useGraphPointer(
  stage: RefObject<CanvasStage | undefined>,
  spots: readonly Spot[],
  { onPress, onDoublePress, onGround }: Pointed,
) {
  const [hoverKey, setHoverKey] = useState<string>();
  const [isDragging, setDragging] = useState(false);
  const press = useRef<{ x: number; y: number; isMoving: boolean }>(undefined);

  const find = (event: MouseEvent): Spot | undefined => {
    const at = event.currentTarget.getBoundingClientRect();
    const world = stage.current?.worldAt(event.clientX - at.left, event.clientY - at.top);
    return world && spotAt(spots, world.x, world.y, SLACK_PX);
  };
  const end = (): void => {
    press.current = undefined;
    setDragging(false);
  };

  const handlers = {
    onPointerDown: (event: PointerEvent): void => {
      if (event.button <= 1) press.current = { x: event.clientX, y: event.clientY, isMoving: false };
    },
    onPointerMove: (event: PointerEvent): void => {
      const start = press.current;
      if (!start) {
        setHoverKey(find(event)?.key);
        return;
      }
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!start.isMoving) {
        if (Math.hypot(dx, dy) < DRAG_PX) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        setHoverKey(undefined);
      }
      press.current = { x: event.clientX, y: event.clientY, isMoving: true };
      stage.current?.pan(dx, dy);
    },
    onPointerUp: (event: PointerEvent): void => {
      const wasPress = press.current?.isMoving === false;
      end();
      if (!wasPress || event.button !== 0) return;
      const spot = find(event);
      if (spot) onPress(spot, event.shiftKey);
      else onGround();
    },
    onPointerCancel: end,
    onPointerLeave: (): void => setHoverKey(undefined),
    onDoubleClick: (event: MouseEvent): void => {
      const spot = find(event);
      if (spot) onDoublePress(spot);
    },
  };
  return { hoverKey, isDragging, handlers };
}
