import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import styles from './tooltip-layer.module.css';

/** Wait before a tooltip opens under the pointer; on focus it opens at once. */
const OPEN_MS = 350;
/** Within this time after one closed, the next opens without waiting. */
const WARM_MS = 400;
const GAP_PX = 6;

interface Shown {
  readonly target: Element;
  readonly text: string;
  /** Where the pointer was; absent for a tooltip that focus opened. */
  readonly pointer: { readonly x: number; readonly y: number } | undefined;
}

/** Beside a target higher than this, a tooltip stands at the pointer: its edge may be far away. */
const LARGE_PX = 80;

/**
 * The one tooltip of the window, for every element that has `data-tip`, and for text that is cut off: that shows whole.
 * One listener instead of a component for each of thousands of cells. Opens on hover and on keyboard focus, stays while
 * the pointer is on it, closes with Escape.
 */
export function TooltipLayer() {
  const [shown, setShown] = useState<Shown>();
  const box = useRef<HTMLDivElement>(null);
  const open = useRef<Shown>(undefined);
  open.current = shown;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closedAt = Number.NEGATIVE_INFINITY;
    let pointer: Shown['pointer'];
    const show = (target: Element | undefined, byFocus = false): void => {
      clearTimeout(timer);
      const text = target ? textOf(target) : '';
      if (!target || text === '') {
        if (open.current) closedAt = performance.now();
        setShown(undefined);
      } else setShown({ target, text, pointer: byFocus ? undefined : pointer });
    };
    const tipOf = (node: EventTarget | null): Element | undefined =>
      node instanceof Element ? (node.closest('[data-tip]') ?? cutOff(node)) : undefined;
    const over = (event: PointerEvent): void => {
      if (event.pointerType === 'touch' || box.current?.contains(event.target as Node)) return;
      const target = tipOf(event.target);
      pointer = { x: event.clientX, y: event.clientY };
      clearTimeout(timer);
      if (target === open.current?.target) return;
      if (!target) timer = setTimeout(show, open.current ? 80 : 0);
      else timer = setTimeout(show, performance.now() - closedAt < WARM_MS || open.current ? 40 : OPEN_MS, target);
    };
    const move = (event: PointerEvent): void => {
      pointer = { x: event.clientX, y: event.clientY };
    };
    const focus = (event: FocusEvent): void => {
      // What has the focus is heard whole: cut off text in a link or a button shows as well.
      const target = tipOf(event.target) ?? (isControl(event.target) ? cutOffInside(event.target) : undefined);
      show(
        target && event.target instanceof Element && event.target.matches(':focus-visible') ? target : undefined,
        true,
      );
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || !open.current) return;
      // Escape closes a tooltip that says more than a name first; the next one goes one level back.
      if (!open.current.target.hasAttribute('data-tip-name')) event.stopPropagation();
      show(undefined);
    };
    const away = (): void => show(undefined);
    document.addEventListener('pointerover', over);
    document.addEventListener('pointermove', move, { passive: true });
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', away);
    document.addEventListener('pointerdown', away, true);
    document.addEventListener('wheel', away, { passive: true });
    document.addEventListener('keydown', key, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', over);
      document.removeEventListener('pointermove', move);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', away);
      document.removeEventListener('pointerdown', away, true);
      document.removeEventListener('wheel', away);
      document.removeEventListener('keydown', key, true);
    };
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !shown) return;
    place(element, shown);
    // Where the tip only repeats the name or the text, a screen reader has heard it already.
    if (
      !shown.target.hasAttribute('data-tip') ||
      shown.target.hasAttribute('data-tip-name') ||
      shown.target.hasAttribute('aria-describedby')
    )
      return;
    shown.target.setAttribute('aria-describedby', element.id);
    return () => shown.target.removeAttribute('aria-describedby');
  }, [shown]);

  // A row may scroll away or slide under an open tooltip.
  useEffect(() => {
    if (!shown) return;
    const look = setInterval(() => {
      if (!shown.target.isConnected) setShown(undefined);
      else if (box.current) place(box.current, shown);
    }, 250);
    return () => clearInterval(look);
  }, [shown]);

  return (
    <div ref={box} id="tooltip" role="tooltip" className={styles.tip} hidden={!shown}>
      {shown?.text}
    </div>
  );
}

/** What a tooltip says of an element: its `data-tip`, or else its own text. */
function textOf(target: Element): string {
  return target.getAttribute('data-tip') ?? target.textContent?.trim() ?? '';
}

function isCutOff(element: Element): boolean {
  return element.scrollWidth > element.clientWidth && getComputedStyle(element).textOverflow === 'ellipsis';
}

/** The element itself or the nearest around it whose text ends in an ellipsis. */
function cutOff(node: Element): Element | undefined {
  for (let element: Element | null = node; element; element = element.parentElement) {
    if (isCutOff(element)) return element;
  }
  return undefined;
}

function cutOffInside(element: Element): Element | undefined {
  return [...element.querySelectorAll('*')].find(isCutOff);
}

function isControl(target: EventTarget | null): target is Element {
  return target instanceof Element && target.matches('a, button');
}

/** Puts the tooltip below its target, or above it where there is no room; a large target has it at the pointer. */
function place(element: HTMLElement, { target, pointer }: Shown): void {
  const at = target.getBoundingClientRect();
  const own = element.getBoundingClientRect();
  const atPointer = pointer !== undefined && at.height > LARGE_PX;
  const [centre, top, bottom] = atPointer
    ? [pointer.x, pointer.y - 6, pointer.y + 14]
    : [at.left + at.width / 2, at.top, at.bottom];
  const below = bottom + GAP_PX + own.height <= window.innerHeight;
  const left = Math.max(4, Math.min(centre - own.width / 2, window.innerWidth - own.width - 4));
  element.style.translate = `${Math.round(left)}px ${Math.round(below ? bottom + GAP_PX : top - GAP_PX - own.height)}px`;
}
