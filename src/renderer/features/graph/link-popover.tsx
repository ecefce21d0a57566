import { Crosshair } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { Popover } from 'react-aria-components';
import type { RecordDetail, RecordRef } from '../../../shared/model/record.ts';
import { IconButton } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';
import type { KeyGraph } from '../../viz/key-graph/key-graph.ts';
import type { Fold, Scene } from '../../viz/key-graph/scene.ts';
import { RecordName, recordTitle } from '../../widgets/record-name.tsx';
import styles from './graph.module.css';

/** A fold that opens as a list, and where. */
export interface OpenList {
  readonly fold: Fold;
  readonly owner: string;
  readonly anchor: DOMRect;
}

interface Row {
  readonly record: RecordRef;
  readonly relation: string;
  readonly isDrawn: boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  'other-users': 'Used by',
  'other-inputs': 'Made from',
  elsewhere: 'Inputs drawn elsewhere',
};

/** Records that a card is linked to and that are not drawn beside it. */
export function LinkPopover({
  sourceId,
  list,
  graph,
  scene,
  onClose,
  onInspect,
  onCentre,
}: {
  readonly sourceId: string;
  readonly list: OpenList;
  readonly graph: KeyGraph;
  readonly scene: Scene;
  readonly onClose: () => void;
  readonly onInspect: (id: string) => void;
  readonly onCentre: (id: string) => void;
}) {
  const { anchor, fold, owner } = list;
  const place = useRef<HTMLSpanElement>(null);
  const { data, error } = useRead('keys.get', { sourceId, id: owner });
  const rows = useMemo(() => data && rowsOf(data, fold, graph, scene), [data, fold, graph, scene]);
  const title = TITLES[fold.kind] ?? 'Records';
  return (
    <>
      <span
        ref={place}
        aria-hidden="true"
        style={{
          position: 'fixed',
          left: anchor.left,
          top: anchor.top,
          width: anchor.width,
          height: anchor.height,
          pointerEvents: 'none',
        }}
      />
      <Popover
        triggerRef={place}
        isOpen
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
        placement="bottom start"
        offset={4}
        className={styles.popover ?? ''}
        aria-label={title}
      >
        <div role="dialog" aria-label={title} className={styles.links}>
          <h2 className={styles.linksTitle}>
            {title} {rows && <span className="t3">{rows.length}</span>}
          </h2>
          {error && <ErrorState error={error} isCompact />}
          {!rows && !error && <SkeletonRows label="Reading the links" rows={4} />}
          <ul>
            {rows?.map(({ record, relation, isDrawn }, at) => (
              <li key={`${record.id} ${relation}`} className={styles.linkRow}>
                <button
                  type="button"
                  className={styles.linkButton}
                  // biome-ignore lint/a11y/noAutofocus: the list was asked for
                  autoFocus={at === 0}
                  onClick={() => {
                    onClose();
                    onInspect(record.id);
                  }}
                >
                  <span className={styles.relation}>{relation}</span>
                  <RecordName record={record} />
                  {isDrawn && <span className="t3">drawn</span>}
                </button>
                <IconButton
                  icon={Crosshair}
                  iconSize={14}
                  label={`Make ${recordTitle(record)} the focus`}
                  onPress={() => {
                    onClose();
                    onCentre(record.id);
                  }}
                />
              </li>
            ))}
          </ul>
          {data && fold.kind === 'other-users' && data.usersTotal > data.users.length && (
            <p className={styles.none}>
              The first {data.users.length} of {data.usersTotal.toLocaleString('en')} users.
            </p>
          )}
        </div>
      </Popover>
    </>
  );
}

/** The links of the record that the fold counts. */
function rowsOf(detail: RecordDetail, fold: Fold, graph: KeyGraph, scene: Scene): Row[] {
  const item = scene.items[scene.cardOf.get(fold.owner) ?? -1];
  const parent = item?.parent === undefined ? undefined : scene.items[item.parent];
  const parentId = parent?.kind === 'card' ? graph.nodes[parent.node]?.id : undefined;
  const listed = new Set(fold.hidden.map((node) => graph.nodes[node]?.id));
  const isDrawn = (id: string): boolean => scene.cardOf.has(graph.indexOf.get(id) ?? -1);
  if (fold.kind === 'other-users') {
    return detail.users
      .filter((user) => user.id !== parentId)
      .map((user) => ({ record: user, relation: String(user.input), isDrawn: isDrawn(user.id) }));
  }
  return detail.inputs.flatMap((alternatives, input) =>
    alternatives
      .filter((one) => (fold.kind === 'elsewhere' ? listed.has(one.id) : one.id !== parentId))
      .map((one, rank) => ({
        record: one,
        relation: rank === 0 ? String(input) : `${input} or`,
        isDrawn: isDrawn(one.id),
      })),
  );
}
