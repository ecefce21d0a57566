import { useEffect, useRef, useState } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { Bytes } from '../../base/quantity.tsx';
import styles from './prune.module.css';
import { typedSize } from './size-steps.ts';

/** Arrow keys move the limit by a hundredth of what is there; Shift and arrows, Page Up and Down by a tenth. */
const STEPS = 100;

/** A handle that holds still for so long is where it should be, also while it is held. */
const REST_MS = 60;

/**
 * The limit as a handle on the scale of the bars, and its figure. While it moves, nothing else is drawn anew: the policy
 * changes when it rests or is let go.
 */
export function LimitRow({
  scale,
  limit,
  onLimit,
  isDisabled,
}: {
  /** Bytes at the right end. */
  readonly scale: number;
  /** Bytes; `undefined` where the policy has no limit. */
  readonly limit: number | undefined;
  readonly onLimit: (text: string) => void;
  readonly isDisabled: boolean;
}) {
  const [moving, setMoving] = useState<number | undefined>(undefined);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  const settle = (value: number): void => {
    clearTimeout(rest.current);
    setMoving(undefined);
    onLimit(typedSize(value));
  };
  const move = (value: number): void => {
    setMoving(value);
    clearTimeout(rest.current);
    rest.current = setTimeout(() => settle(value), REST_MS);
  };
  const shown = moving ?? limit;
  return (
    <>
      <span className="t3">Limit</span>
      <Slider
        aria-label="Max used space"
        minValue={0}
        maxValue={scale}
        step={Math.max(1, Math.round(scale / STEPS))}
        value={Math.min(scale, shown ?? scale)}
        onChange={move}
        onChangeEnd={settle}
        isDisabled={isDisabled}
        className={styles.slider ?? ''}
      >
        <SliderTrack className={styles.rail ?? ''}>
          <SliderThumb className={styles.thumb ?? ''}>
            <span className={styles.grip} aria-hidden="true" />
          </SliderThumb>
        </SliderTrack>
      </Slider>
      <span className={styles.figures}>
        {shown === undefined ? (
          <span className="t3">none</span>
        ) : (
          <Bytes bytes={shown} className="medium" isFocusable />
        )}
      </span>
    </>
  );
}
