import { Check, Copy, type LucideIcon } from 'lucide-react';
import { IconButton } from './button.tsx';
import { useCopy } from './clipboard.ts';

/** Copies a text; shows a check for a moment and announces it. */
export function CopyButton({
  text,
  label = 'Copy',
  icon = Copy,
  iconSize = 12,
  className,
}: {
  /** A function is asked when pressed, for what is costly to make. */
  readonly text: string | (() => string);
  readonly label?: string;
  readonly icon?: LucideIcon;
  readonly iconSize?: number;
  readonly className?: string | undefined;
}) {
  const { copied, copy } = useCopy();
  return (
    <IconButton
      icon={copied ? Check : icon}
      iconSize={iconSize}
      label={copied ? 'Copied' : label}
      className={className}
      onPress={() => copy(typeof text === 'string' ? text : text())}
    />
  );
}
