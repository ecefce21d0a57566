import { COMPRESSIONS } from '../oci/media-types.ts';
import { type Field, YES_NO } from './field.ts';

/**
 * Columns of the layer blobs of a catalog. `place` is that of the digest when all are sorted, `present` and `damaged` are
 * 1 or 0, `createdMs` is epoch milliseconds and `createdNs` the nanoseconds beyond.
 */
export type LayerColumn =
  | 'place'
  | 'digest'
  | 'diffID'
  | 'size'
  | 'mediaType'
  | 'compression'
  | 'records'
  | 'present'
  | 'damaged'
  | 'createdMs'
  | 'createdNs';

/** The fields of layer blobs, in the order in which the completion offers them. */
export const LAYER_FIELDS: readonly Field<LayerColumn>[] = [
  {
    name: 'digest',
    aliases: [],
    kind: 'text',
    column: 'digest',
    sort: ['place'],
    isSearched: true,
    title: 'Digest',
    description: 'Digits of the blob’s digest',
    example: 'digest:4f1c',
  },
  {
    name: 'diffid',
    aliases: [],
    json: 'diffID',
    kind: 'text',
    column: 'diffID',
    sort: ['diffID'],
    isSearched: true,
    title: 'Uncompressed digest',
    description: 'Digits of the uncompressed tar’s digest',
    example: 'diffid:9a',
  },
  {
    name: 'size',
    aliases: [],
    kind: 'bytes',
    column: 'size',
    sort: ['size'],
    title: 'Size',
    description: 'Bytes of the blob',
    example: 'size:>100MiB',
  },
  {
    name: 'type',
    aliases: [],
    json: 'mediaType',
    kind: 'text',
    column: 'mediaType',
    sort: ['mediaType'],
    isSearched: true,
    title: 'Media type',
    description: 'Part of the media type',
    example: 'type:docker',
  },
  {
    name: 'compression',
    aliases: [],
    kind: 'choice',
    choices: COMPRESSIONS,
    column: 'compression',
    sort: ['compression'],
    title: 'Compression',
    description: 'How it is compressed',
    example: 'compression:zstd',
  },
  {
    name: 'records',
    aliases: [],
    kind: 'count',
    column: 'records',
    sort: ['records'],
    title: 'Records',
    description: 'Records with a result that holds it',
    example: 'records:1',
  },
  {
    name: 'present',
    aliases: [],
    kind: 'choice',
    choices: YES_NO,
    column: 'present',
    yes: 1,
    sort: ['present'],
    title: 'State',
    description: 'The blob lies in the source',
    example: 'present:no',
  },
  {
    name: 'damaged',
    aliases: [],
    kind: 'choice',
    choices: YES_NO,
    column: 'damaged',
    yes: 1,
    description: 'It lies there and cannot be used as it is',
    example: 'damaged:yes',
  },
  {
    name: 'age',
    aliases: [],
    kind: 'duration',
    column: 'createdMs',
    sort: ['-createdMs', '-createdNs'],
    description: 'Time since it was made',
    example: 'age:>7d',
  },
  {
    name: 'created',
    aliases: [],
    json: 'createdAt',
    kind: 'time',
    column: 'createdMs',
    sort: ['createdMs', 'createdNs'],
    title: 'Created',
    description: 'When it was made, UTC',
    example: 'created:>2026-11-20',
  },
];
