import { Check, FileX } from 'lucide-react';
import { LAYER_FIELDS } from '../../../shared/fields/index.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import { compressionOf } from '../../../shared/oci/media-types.ts';
import { Badge } from '../../base/badge.tsx';
import { Digest } from '../../base/digest.tsx';
import { Icon } from '../../base/icon.tsx';
import { Bytes, Count } from '../../base/quantity.tsx';
import { Time } from '../../base/time.tsx';
import { fieldColumn } from '../../widgets/grid/field-column.ts';
import type { GridColumn } from '../../widgets/grid/grid-column.ts';
import styles from './layers.module.css';

/**
 * The columns of the Layers table.
 * @param maxBytes size of the largest blob that matches: the full length of a bar
 */
export function layerColumns(maxBytes: number): readonly GridColumn<LayerRow>[] {
  return [
    {
      ...of('digest'),
      widthPx: 128,
      minPx: 110,
      priority: 0,
      isFixed: true,
      skeletonPx: 92,
      cell: (row) => <Digest digest={row.digest} copy="mouse" />,
    },
    {
      ...of('present'),
      id: 'state',
      widthPx: 88,
      priority: 1,
      cell: (row) => <State row={row} />,
    },
    {
      ...of('type'),
      widthPx: 124,
      minPx: 100,
      priority: 3,
      cell: (row) => (
        <bdi dir="ltr" className={styles.type} data-tip={row.mediaType}>
          {shortType(row.mediaType)}
        </bdi>
      ),
    },
    {
      ...of('compression'),
      widthPx: 86,
      priority: 4,
      cell: (row) => <span className="t2">{compressionOf(row.mediaType)}</span>,
    },
    {
      ...of('diffid'),
      widthPx: 128,
      priority: 5,
      cell: (row) => (row.diffID === '' ? <span className="t3">–</span> : <Digest digest={row.diffID} copy="mouse" />),
    },
    {
      ...of('records'),
      widthPx: 62,
      priority: 1,
      skeletonPx: 16,
      cell: (row) => <Count count={row.records} className={row.records === 0 ? 't3' : 't2'} />,
    },
    {
      ...of('size'),
      widthPx: 200,
      minPx: 180,
      flexible: true,
      priority: 0,
      isFixed: true,
      cell: (row) => (
        <>
          <span className={styles.track} aria-hidden="true">
            <span
              className={styles.bar}
              style={{ width: maxBytes > 0 ? `max(2px, ${((row.size / maxBytes) * 100).toFixed(2)}%)` : 0 }}
            />
          </span>
          <span className={styles.size}>
            <Bytes bytes={row.size} />
          </span>
        </>
      ),
    },
    {
      ...of('created'),
      widthPx: 80,
      priority: 2,
      skeletonPx: 56,
      cell: (row) => <Time at={row.createdAt} className="t2" isBare />,
    },
  ];
}

function of(field: string) {
  return fieldColumn(LAYER_FIELDS, field);
}

/** What is left when everything that all layers share is cut away: `oci tar+gzip`, `docker tar.gzip`. */
export function shortType(mediaType: string): string {
  const oci = /^application\/vnd\.oci\.image\.layer(\.nondistributable)?\.v1\.(.+)$/.exec(mediaType);
  if (oci) return `oci ${oci[1] ? 'foreign ' : ''}${oci[2]}`;
  const docker = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.(.+)$/.exec(mediaType);
  if (docker) return `docker ${docker[1] ? 'foreign ' : ''}${docker[2]}`;
  return mediaType.replace(/^application\//, '');
}

function State({ row }: { readonly row: LayerRow }) {
  if (!row.present || row.problem !== undefined) {
    return (
      <Badge tone="corrupt" icon={FileX} tip={row.problem ?? 'The blob is not in the source.'}>
        {row.present ? 'damaged' : 'missing'}
      </Badge>
    );
  }
  return (
    <span className={styles.present}>
      <Icon of={Check} size={13} />
      present
    </span>
  );
}
