import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import styles from './button.module.css';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';
import { Kbd } from './kbd.tsx';
import { ariaKeys, keyCaps } from './keys.ts';

interface PressProps {
  readonly icon?: LucideIcon;
  readonly onPress?: () => void;
  readonly isDisabled?: boolean;
  /** Shortcut in the notation of `parseKeys`, shown beside or in the tooltip; it is bound elsewhere. */
  readonly keys?: string;
  readonly className?: string | undefined;
  readonly autoFocus?: boolean;
  /** Set by a trigger around it. */
  readonly slot?: string | null;
}

interface ButtonProps extends PressProps {
  readonly children: ReactNode;
  /** At most one `primary` in a view; `danger` only for the apply button of a plan. */
  readonly variant?: 'default' | 'primary' | 'danger' | 'ghost';
  /** Words on hover and focus that say more than the label. */
  readonly tip?: string;
  readonly type?: 'button' | 'submit';
}

/** A button with words. */
export function Button({ icon, variant = 'default', keys, tip, className, children, ...press }: ButtonProps) {
  return (
    <AriaButton
      {...press}
      className={classNames(styles.button, variant !== 'default' && styles[variant], className)}
      {...(keys === undefined ? {} : { 'aria-keyshortcuts': ariaKeys(keys) })}
      {...(tip === undefined ? {} : { 'data-tip': tip })}
    >
      {icon && <Icon of={icon} />}
      <span className={styles.label}>{children}</span>
      {keys !== undefined && <Kbd keys={keys} />}
    </AriaButton>
  );
}

interface IconButtonProps extends PressProps {
  readonly icon: LucideIcon;
  /** What it does: its name for screen readers and its tooltip. */
  readonly label: string;
  /** Drawn as on; together with `aria-pressed` where it is a switch. */
  readonly excludeFromTabOrder?: boolean;
  readonly isActive?: boolean;
  readonly isToggle?: boolean;
  readonly iconSize?: number;
}

/** A button with an icon only; its label shows on hover and focus. */
export function IconButton({
  icon,
  label,
  isActive = false,
  isToggle = false,
  iconSize = 16,
  keys,
  className,
  ...press
}: IconButtonProps) {
  return (
    <AriaButton
      {...press}
      aria-label={label}
      {...(isToggle ? { 'aria-pressed': isActive } : {})}
      {...(keys === undefined ? {} : { 'aria-keyshortcuts': ariaKeys(keys) })}
      data-tip={keys === undefined ? label : `${label} (${keyCaps(keys).join(' ')})`}
      data-tip-name=""
      className={classNames(styles.iconButton, isActive && styles.active, className)}
    >
      <Icon of={icon} size={iconSize} />
    </AriaButton>
  );
}
