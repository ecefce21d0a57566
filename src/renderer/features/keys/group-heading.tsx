import type { RecordGroup, RecordKind } from '../../../shared/model/record.ts';
import { recordKindSchema } from '../../../shared/model/record.ts';
import { Bytes, countOf } from '../../base/quantity.tsx';
import type { RowGroup } from '../../widgets/grid/group-map.ts';
import type { GroupSize } from '../../widgets/grid/use-row-window.ts';
import { KindGlyph } from '../../widgets/kind-glyph.tsx';
import styles from './keys.module.css';

/** What stands above the records of a kind that have no stage. */
const KIND_HEADINGS: Readonly<Record<RecordKind, string>> = {
  exec: 'Steps of no known stage',
  copy: 'Copies of no known stage',
  source: 'Sources',
  mount: 'Cache mounts',
  merge: 'Merges of no known stage',
  content: 'Content digests',
  unknown: 'Steps that are not known',
};

/** A group as the grid keeps it: `stage:assets` or `kind:content`. */
export function groupSize(group: RecordGroup): GroupSize {
  const key = group.stage === undefined ? `kind:${group.kind}` : `stage:${group.stage}`;
  return { key, rows: group.records, bytes: group.addsBytes };
}

/** The heading of a stage or a kind: how many records it has, and what they add. */
export function GroupHeading({ group }: { readonly group: RowGroup }) {
  const stage = group.key.startsWith('stage:') ? group.key.slice('stage:'.length) : undefined;
  const kind = recordKindSchema.safeParse(group.key.slice('kind:'.length)).data ?? 'unknown';
  return (
    <>
      {stage === undefined && <KindGlyph kind={kind} isDecorative />}
      <b className={styles.stage}>{stage ?? KIND_HEADINGS[kind]}</b>
      <span className="t3">{countOf(group.rows, 'record')}</span>
      <span className="spring" />
      <span className="t3">adds</span>
      <Bytes bytes={group.bytes} />
    </>
  );
}
