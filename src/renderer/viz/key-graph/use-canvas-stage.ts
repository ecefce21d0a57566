import { type RefObject, useEffect, useRef } from 'react';
import { CanvasStage, type StageInput } from './canvas-stage.ts';
import { watchPalette } from './palette.ts';
import { ZOOM } from './viewport.ts';

/** The elements of a stage, as refs of the component that draws them. */
export interface StageRefs {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly minimap: RefObject<HTMLCanvasElement | null>;
  readonly shapes: RefObject<HTMLDivElement | null>;
}

/** Keeps a stage in a ref for as long as the component lives: sized with its host, themed with the page, zoomed by the wheel. */
export function useCanvasStage(
  stage: RefObject<CanvasStage | undefined>,
  { host, canvas, minimap, shapes }: StageRefs,
  input: StageInput,
): void {
  const latest = useRef(input);
  latest.current = input;

  useEffect(() => {
    if (!host.current || !canvas.current || !minimap.current || !shapes.current) return;
    const box = host.current;
    const elements = { canvas: canvas.current, minimap: minimap.current, shapes: shapes.current };
    const made = new CanvasStage(elements, latest.current);
    stage.current = made;
    const observer = new ResizeObserver(() => made.resize({ width: box.clientWidth, height: box.clientHeight }));
    observer.observe(box);
    const unwatch = watchPalette(() => made.repaint());
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const at = box.getBoundingClientRect();
      // A notch of a mouse wheel is a step; a touchpad gives many small ones.
      const steps = Math.max(-1, Math.min(1, event.deltaY / 100));
      made.zoom(ZOOM.step ** -steps, event.clientX - at.left, event.clientY - at.top);
    };
    box.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      unwatch();
      box.removeEventListener('wheel', wheel);
      made.dispose();
      stage.current = undefined;
    };
  }, [stage, host, canvas, minimap, shapes]);

  // Every part of the input is either kept by useMemo or a plain value.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changed, the stage shows the latest
  useEffect(() => stage.current?.show(latest.current), Object.values(input));
}
