import {
  CircleQuestionMark,
  FileInput,
  FolderInput,
  HardDrive,
  Hash,
  type LucideIcon,
  Merge,
  Terminal,
} from 'lucide-react';
import type { RecordKind } from '../../shared/model/record.ts';
import { classNames } from '../base/class-names.ts';
import { Icon } from '../base/icon.tsx';
import styles from './kind-glyph.module.css';

/** Icon and name of each kind of record. */
export const KINDS: Readonly<Record<RecordKind, { readonly icon: LucideIcon; readonly label: string }>> = {
  exec: { icon: Terminal, label: 'RUN' },
  copy: { icon: FileInput, label: 'COPY' },
  source: { icon: FolderInput, label: 'source' },
  mount: { icon: HardDrive, label: 'cache mount' },
  merge: { icon: Merge, label: 'merge' },
  content: { icon: Hash, label: 'content' },
  unknown: { icon: CircleQuestionMark, label: 'step not known' },
};

/** Colour of a kind as a CSS value. `unknown` shares the grey of `content`. */
export function kindColor(kind: RecordKind): string {
  return `var(--k-${kind === 'unknown' ? 'content' : kind})`;
}

/** The glyph of a kind, with its name for screen readers and on hover. */
export function KindGlyph({
  kind,
  size = 13,
  isDecorative = false,
  className,
}: {
  readonly kind: RecordKind;
  readonly size?: number;
  /** `true`: the words beside it already say the kind. */
  readonly isDecorative?: boolean;
  readonly className?: string | undefined;
}) {
  const { icon, label } = KINDS[kind];
  return (
    <span
      className={classNames(styles.glyph, className)}
      style={{ color: kindColor(kind) }}
      {...(isDecorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, 'data-tip': label })}
    >
      <Icon of={icon} size={size} />
    </span>
  );
}
