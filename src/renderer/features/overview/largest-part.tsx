import { type KeyboardEvent, useRef, useState } from 'react';
import { formatBytes } from '../../../shared/base/bytes.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { inspect, useParam } from '../../base/address.ts';
import { classNames } from '../../base/class-names.ts';
import { ErrorState } from '../../base/error-state.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { useRead } from '../../client/hooks.ts';
import { RecordName, recordTitle } from '../../widgets/record-name.tsx';
import { SizeBar, SizeLegend } from '../../widgets/size-bar.tsx';
import { type About, aboutInput } from './about.ts';
import styles from './largest-part.module.css';
import type { Lit } from './lit.ts';

/** The records with the largest chains. */
export function LargestPart({
  lit,
  onLight,
  ...about
}: About & { readonly lit: Lit | undefined; readonly onLight: (record: RecordRow | undefined) => void }) {
  const [selectedId] = useParam('record');
  const read = useRead('overview.largest', { ...aboutInput(about), limit: 30 });
  const rows = read.data;
  const most = rows?.[0]?.ownBytes ?? 0;
  const [active, setActive] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);

  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !rows) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const last = rows.length - 1;
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? last : step === undefined ? undefined : active + step;
    if (next === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(last, next));
    setActive(at);
    body.current?.querySelectorAll<HTMLElement>('button')[at]?.focus();
  };

  return (
    <section className={styles.part} aria-label="Largest records">
      <div className={styles.head}>
        <h2 className="medium">Largest records</h2>
        <span className={styles.sub}>with their chains</span>
        <span className="spring" />
        <SizeLegend />
      </div>
      {read.error && <ErrorState error={read.error} isCompact />}
      {!rows && !read.error && <SkeletonRows label="Loading the largest records" rows={8} height={26} />}
      {rows && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col" className={styles.step}>
                  Step
                </th>
                <th scope="col" className={styles.barHead}>
                  Own / shared
                </th>
                <th scope="col" className={styles.size}>
                  Own
                </th>
                <th scope="col" className={styles.size}>
                  Adds
                </th>
              </tr>
            </thead>
            <tbody ref={body} onKeyDown={press}>
              {rows.map((row, at) => (
                <tr
                  key={row.id}
                  className={classNames(
                    styles.row,
                    row.id === selectedId && styles.selected,
                    row.id === lit?.id && styles.lit,
                  )}
                  onClick={() => inspect('record', row.id)}
                  onPointerEnter={() => onLight(row)}
                  onPointerLeave={() => onLight(undefined)}
                >
                  <th scope="row" className={styles.step}>
                    <button
                      type="button"
                      className={styles.button}
                      tabIndex={at === active ? 0 : -1}
                      aria-label={`${recordTitle(row)}, own ${formatBytes(row.ownBytes)}`}
                      aria-current={row.id === selectedId ? 'true' : undefined}
                      onFocus={() => {
                        setActive(at);
                        onLight(row);
                      }}
                    >
                      <RecordName record={row} />
                    </button>
                  </th>
                  <td className={styles.bar}>
                    <SizeBar
                      ownBytes={row.ownBytes}
                      addsBytes={row.addsBytes}
                      reclaimableBytes={row.reclaimableBytes}
                      maxBytes={most}
                    />
                  </td>
                  <td className={classNames(styles.size, 'num')}>
                    <Bytes bytes={row.ownBytes} />
                  </td>
                  <td className={classNames(styles.size, 'num', 't2')}>
                    <Bytes bytes={row.addsBytes} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
