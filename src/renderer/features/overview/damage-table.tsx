import { Ellipsis, PackageCheck, ShieldX } from 'lucide-react';
import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import type { DamagedBlob } from '../../../shared/model/damage.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { inspect } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { Digest } from '../../base/digest.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { RecordName } from '../../widgets/record-name.tsx';
import styles from './damage-part.module.css';

/** One line for each damaged or missing blob. Without the two actions it is only a list. */
export function DamageTable({
  blobs,
  nameOf,
  onQuarantine,
  onMend,
}: {
  readonly blobs: readonly DamagedBlob[];
  readonly nameOf: (location: string) => string;
  readonly onQuarantine?: (digests: readonly string[]) => void;
  readonly onMend?: (from: string, digests: readonly string[]) => void;
}) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Blob</th>
            <th scope="col">What is wrong</th>
            <th scope="col" className={styles.size}>
              Size
            </th>
            <th scope="col">Needed by</th>
            <th scope="col">Also in</th>
            <th scope="col" className={styles.act}>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {blobs.map((blob) => (
            <tr key={blob.digest}>
              <th scope="row">
                <Digest digest={blob.digest} />
              </th>
              <td className={styles.wrong} data-tip={`${blob.code}: ${blob.message}`}>
                {WORDS[blob.code] ?? blob.code}
              </td>
              <td className={styles.size}>
                {blob.size === undefined ? <span className="t3">–</span> : <Bytes bytes={blob.size} />}
              </td>
              <td>
                <Needed blob={blob} />
              </td>
              <td>
                <Places blob={blob} nameOf={nameOf} />
              </td>
              <td className={styles.act}>
                {onMend && onQuarantine && (blob.code !== 'NOT_FOUND' || blob.places.length > 0) && (
                  <Menu
                    label={`Mend ${shortDigest(blob.digest)}`}
                    button={<IconButton icon={Ellipsis} label={`Mend ${shortDigest(blob.digest)}`} />}
                  >
                    {blob.places.map(({ location }) => (
                      <MenuItem key={location} icon={PackageCheck} onAction={() => onMend(location, [blob.digest])}>
                        {`Re-import from ${nameOf(location)}`}
                      </MenuItem>
                    ))}
                    {blob.code !== 'NOT_FOUND' && (
                      <MenuItem icon={ShieldX} onAction={() => onQuarantine([blob.digest])}>
                        Quarantine
                      </MenuItem>
                    )}
                  </Menu>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const WORDS: Partial<Record<CacheErrorCode, string>> = {
  NOT_FOUND: 'missing',
  DIGEST_MISMATCH: 'other bytes',
  SIZE_MISMATCH: 'wrong size',
  CORRUPT: 'not a plain file',
  ACCESS_DENIED: 'may not be read',
};

function Needed({ blob: { digest, records, recordsTotal } }: { readonly blob: DamagedBlob }) {
  const [first] = records;
  // Manifests and configs are no layers: everything that hangs on them needs them.
  if (!first) return <span className="t3">no record directly</span>;
  return (
    <span className={styles.needed}>
      <button type="button" className={styles.open} onClick={() => inspect('record', first.id)}>
        <span className="visually-hidden">Inspect </span>
        <RecordName record={first} />
      </button>
      {recordsTotal > 1 && (
        <button type="button" className={styles.others} onClick={() => inspect('layer', digest)}>
          +{recordsTotal - 1}
          <span className="visually-hidden"> more records: inspect the layer</span>
        </button>
      )}
    </span>
  );
}

function Places({
  blob: { places },
  nameOf,
}: {
  readonly blob: DamagedBlob;
  readonly nameOf: (location: string) => string;
}) {
  const [first] = places;
  if (!first) return <span className="t3">nowhere known</span>;
  return (
    <bdi className={styles.place} data-tip={places.map(({ location }) => location).join('\n')}>
      {nameOf(first.location)}
      {places.length > 1 && <span className="t3"> +{places.length - 1}</span>}
    </bdi>
  );
}
