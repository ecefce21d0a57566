import type { RecordRef } from '../../shared/model/record.ts';
import { shortDigest } from '../../shared/oci/digest.ts';
import { classNames } from '../base/class-names.ts';
import { KINDS, KindGlyph } from './kind-glyph.tsx';
import styles from './record-name.module.css';

/** What is known of a record's name. `Partial` so that a plan item or a tile fits too. */
export type NamedRecord = Pick<RecordRef, 'digest' | 'kind'> & Partial<Pick<RecordRef, 'name' | 'stage'>>;

/** The step in words: its name, or what kind it is and its short digest where no name is known. */
export function stepText(record: NamedRecord): string {
  if (record.name !== undefined) return record.name;
  return `${kindWord(record.kind)} ${shortDigest(record.digest)}`;
}

/** The word before the digest of a record without a name. */
function kindWord(kind: RecordRef['kind']): string {
  return kind === 'unknown' ? 'record' : KINDS[kind].label;
}

/** What stands in the place of a name that is not known, where the digest stands beside it. */
export function unnamedText(kind: RecordRef['kind']): string {
  if (kind === 'content') return 'content digest';
  return kind === 'unknown' ? 'step not known' : KINDS[kind].label;
}

/** Stage and step as one text, for titles, accessible names and the address line. */
export function recordTitle(record: NamedRecord): string {
  return record.stage === undefined ? stepText(record) : `${record.stage} ${stepText(record)}`;
}

/** A record as it looks everywhere: kind glyph, grey stage, step. One line, cut with an ellipsis; the whole on hover. */
export function RecordName({
  record,
  className,
  hasGlyph = true,
  isBesideDigest = false,
}: {
  readonly record: NamedRecord;
  readonly className?: string | undefined;
  readonly hasGlyph?: boolean;
  /** `true`: the digest stands beside it, so a record without a name does not repeat it. */
  readonly isBesideDigest?: boolean;
}) {
  return (
    <span className={classNames(styles.name, className)}>
      {hasGlyph && <KindGlyph kind={record.kind} />}
      <bdi className={styles.text} data-tip={recordTitle(record)}>
        {record.stage !== undefined && <span className={styles.stage}>{record.stage} </span>}
        <StepWords record={record} isBesideDigest={isBesideDigest} />
      </bdi>
    </span>
  );
}

/** The step alone; the digest that stands for a missing name is in digits of equal width. */
export function StepWords({
  record,
  isBesideDigest = false,
}: {
  readonly record: NamedRecord;
  readonly isBesideDigest?: boolean;
}) {
  if (record.name !== undefined) return <span>{record.name}</span>;
  if (isBesideDigest) return <span className={styles.unnamed}>{unnamedText(record.kind)}</span>;
  return (
    <span className={styles.unnamed}>
      {kindWord(record.kind)} <span className={styles.digits}>{shortDigest(record.digest)}</span>
    </span>
  );
}
