import { FileX } from 'lucide-react';
import type { RecordDetail } from '../../../shared/model/record.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { inspect } from '../../base/address.ts';
import { Badge } from '../../base/badge.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { kindColor } from '../../widgets/kind-glyph.tsx';
import { RecordName } from '../../widgets/record-name.tsx';
import styles from './record.module.css';

type Layers = RecordDetail['results'][number]['layers'];

/** The chain of a result, bottom to top, as beads on a string; each opens its layer. */
export function ChainList({ layers }: { readonly layers: Layers }) {
  return (
    <ol className={styles.chain}>
      {layers.map((layer, at) => {
        const isTop = at === layers.length - 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a chain may hold the same blob twice
          <li key={`${at} ${layer.digest}`} className={styles.bead}>
            <span
              className={styles.point}
              style={
                isTop && layer.record
                  ? { background: kindColor(layer.record.kind), borderColor: kindColor(layer.record.kind) }
                  : {}
              }
            />
            <button type="button" className={styles.open} onClick={() => inspect('layer', layer.digest)}>
              <span className="visually-hidden">Inspect the layer of </span>
              {layer.record ? (
                <RecordName record={layer.record} hasGlyph={false} />
              ) : (
                <span className={styles.hex} data-tip={layer.digest}>
                  {shortDigest(layer.digest)}
                </span>
              )}
            </button>
            {layer.present ? (
              <Bytes bytes={layer.size} className={styles.bytes ?? ''} />
            ) : (
              <Badge
                tone="corrupt"
                icon={FileX}
                tip="The blob is not in the source: a build that hits this result fails."
              >
                missing
              </Badge>
            )}
          </li>
        );
      })}
    </ol>
  );
}
