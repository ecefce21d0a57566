import { ChevronDown, Database, FolderOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../base/menu.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { Bytes, countOf } from '../../base/quantity.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { FolderBrowser } from '../../widgets/folder-browser.tsx';
import styles from './transfer.module.css';
import type { TargetKind } from './transfer-address.ts';

/** Where it goes: a managed store, open or new, or a folder. */
export function ToCard({
  kind,
  to,
  stores,
  newStore,
  onChange,
  isDisabled,
}: {
  readonly kind: TargetKind;
  readonly to: string;
  /** Open stores that are not the source itself. */
  readonly stores: readonly Source[];
  /** Where a new store is proposed. */
  readonly newStore: string;
  readonly onChange: (change: { readonly kind?: TargetKind; readonly to?: string | undefined }) => void;
  readonly isDisabled: boolean;
}) {
  const [isBrowsing, setBrowsing] = useState(false);
  const store = stores.find((one) => one.location === to);
  return (
    <section className={styles.card} aria-label="To">
      <div className={styles.cardHead}>
        <h2 className="t3">To</h2>
        <span className="spring" />
        <Segmented
          label="Target"
          value={kind}
          isDisabled={isDisabled}
          options={[
            { value: 'store', label: 'Managed store' },
            { value: 'folder', label: 'Folder' },
          ]}
          onChange={(next) => onChange({ kind: next, to: undefined })}
        />
      </div>
      {kind === 'store' && stores.length > 0 && (
        <div className={styles.cardName}>
          <Menu
            label="Store"
            button={
              <Button icon={Database} isDisabled={isDisabled} className={styles.choose}>
                <span className={styles.chooseName}>
                  {store?.name ?? 'A new store'}
                  <ChevronDown size={12} aria-hidden="true" />
                </span>
              </Button>
            }
          >
            {stores.map((one) => (
              <MenuItem key={one.id} icon={Database} onAction={() => onChange({ to: one.location })}>
                {one.name}
              </MenuItem>
            ))}
            <MenuSeparator />
            <MenuItem icon={Plus} onAction={() => onChange({ to: newStore })}>
              A new store
            </MenuItem>
          </Menu>
          <bdi dir="ltr" className={styles.path} data-tip={to}>
            {store && to}
          </bdi>
        </div>
      )}
      {(kind === 'folder' || !store) && (
        <div className={styles.pathRow}>
          <TextField
            label={kind === 'store' ? 'Folder of the new store' : 'Folder'}
            isLabelHidden
            isMono
            value={to}
            onChange={(next) => onChange({ to: next })}
            placeholder="/path/to/folder"
            isDisabled={isDisabled}
            className={styles.pathField ?? ''}
          />
          <Button icon={FolderOpen} isDisabled={isDisabled} onPress={() => setBrowsing(true)}>
            Browse
          </Button>
        </div>
      )}
      <p className={styles.cardNote}>{note()}</p>
      <Dialog
        title="Choose a folder"
        isOpen={isBrowsing}
        onClose={() => setBrowsing(false)}
        width="wide"
        actions={
          <Button variant="primary" onPress={() => setBrowsing(false)}>
            Use this folder
          </Button>
        }
      >
        <p className={styles.browsed}>
          <bdi dir="ltr" className="mono11">
            {to}
          </bdi>
        </p>
        <FolderBrowser
          onPath={(path) => onChange({ to: path })}
          onOpen={(path) => {
            onChange({ to: path });
            setBrowsing(false);
          }}
        />
      </Dialog>
    </section>
  );

  function note() {
    if (store?.totals) {
      return (
        <>
          holds {countOf(store.totals.records, 'record')}, {countOf(store.totals.blobs, 'blob')},{' '}
          <Bytes bytes={store.totals.deduplicatedBytes} />
        </>
      );
    }
    if (kind === 'store') return 'A new store is created there, in a folder that is empty or not there yet.';
    return 'An OCI layout is written there, or what is missing is added to the one that is there.';
  }
}
