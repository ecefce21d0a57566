import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './badge.module.css';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

/** Meaning of a badge or a mark. Colour is never the only sign: give an icon or a word too. */
export type Tone = 'neutral' | 'hit' | 'miss' | 'down' | 'corrupt' | 'info' | 'reclaim';

/** Icon and word on a tinted ground. */
export function Badge({
  tone = 'neutral',
  icon,
  children,
  tip,
}: {
  readonly tone?: Tone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly tip?: string;
}) {
  return (
    <span className={classNames(styles.badge, styles[tone])} {...(tip === undefined ? {} : { 'data-tip': tip })}>
      {icon && <Icon of={icon} size={11} stroke={2.2} />}
      {children}
    </span>
  );
}
