import { Check, Tag, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { Badge } from '../../base/badge.tsx';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { Menu, MenuChoice, MenuItem } from '../../base/menu.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { FORM_NAMES, SOURCE_ICONS } from '../../widgets/source-kinds.ts';
import styles from './transfer.module.css';

const ALL = '*';

/** What is copied. */
export function FromCard({
  source,
  refName,
  onRef,
  children,
}: {
  readonly source: Source;
  readonly refName: string | undefined;
  readonly onRef: (ref: string | undefined) => void;
  /** Behind the reference. */
  readonly children?: ReactNode;
}) {
  const cache =
    source.caches.find((one) => one.ref === refName) ?? (source.caches.length === 1 ? source.caches[0] : undefined);
  const totals = cache?.totals ?? source.totals;
  return (
    <section className={styles.card} aria-label="From">
      <div className={styles.cardHead}>
        <h2 className="t3">From</h2>
        <span className="spring" />
        {source.problems.length > 0 ? (
          <Badge tone="corrupt" icon={TriangleAlert}>
            {countOf(source.problems.length, 'problem')}
          </Badge>
        ) : (
          <Badge tone="hit" icon={Check}>
            readable
          </Badge>
        )}
      </div>
      <div className={styles.cardName}>
        <Icon of={SOURCE_ICONS[source.kind]} />
        <b className="semi ellipsis">{source.name}</b>
        {source.caches.length > 1 ? (
          <Menu
            label="Reference"
            button={
              <Button icon={Tag}>
                <span className="ellipsis">{refName ?? `${source.caches.length} references`}</span>
              </Button>
            }
          >
            <MenuChoice
              title="Copy"
              mode="single"
              selected={[refName ?? ALL]}
              onChange={([ref]) => onRef(ref === ALL ? undefined : ref)}
            >
              <MenuItem id={ALL}>All references</MenuItem>
              {source.caches.map(({ ref }) => (
                <MenuItem key={ref} id={ref}>
                  {ref}
                </MenuItem>
              ))}
            </MenuChoice>
          </Menu>
        ) : (
          cache && (
            <Badge icon={Tag}>
              <span className="ellipsis">{cache.ref}</span>
            </Badge>
          )
        )}
        {children}
      </div>
      <p className={styles.cardNote}>
        {totals && (
          <>
            {countOf(totals.records, 'record')}, {countOf(totals.blobs, 'blob')},{' '}
            <Bytes bytes={totals.deduplicatedBytes} />
          </>
        )}
        {cache && `, ${FORM_NAMES[cache.form]}`}
      </p>
    </section>
  );
}
