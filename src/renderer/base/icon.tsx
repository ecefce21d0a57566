import type { LucideIcon } from 'lucide-react';

/** An icon of the set, hidden from screen readers: its label or its button has the words. 14 px in rows, 16 px in bars. */
export function Icon({
  of: Shape,
  size = 14,
  stroke = 1.75,
  className,
}: {
  readonly of: LucideIcon;
  readonly size?: number;
  readonly stroke?: number;
  readonly className?: string | undefined;
}) {
  return <Shape size={size} strokeWidth={stroke} aria-hidden="true" {...(className ? { className } : {})} />;
}
