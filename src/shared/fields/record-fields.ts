import { recordKindSchema } from '../model/record.ts';
import { type Field, YES_NO } from './field.ts';

/**
 * Columns of the records of a catalog. `place` is that of the id when all ids are sorted, `group` that of the build stage or
 * kind it is listed under, `cache` the number of its cache, `ownId` the id that BuildKit gave it, `ordinal` its number among
 * the records of one digest; `createdMs` and `usedMs` are epoch milliseconds, `createdNs` the nanoseconds beyond.
 */
export type RecordColumn =
  | 'place'
  | 'group'
  | 'cache'
  | 'id'
  | 'ownId'
  | 'digest'
  | 'ordinal'
  | 'kind'
  | 'name'
  | 'stage'
  | 'inputs'
  | 'users'
  | 'results'
  | 'layers'
  | 'ownBytes'
  | 'addsBytes'
  | 'sharedBytes'
  | 'reclaimableBytes'
  | 'createdMs'
  | 'createdNs'
  | 'usageType'
  | 'uses'
  | 'usedMs';

/** The fields of cache records, in the order in which the completion offers them. */
export const RECORD_FIELDS: readonly Field<RecordColumn>[] = [
  {
    name: 'kind',
    aliases: [],
    kind: 'choice',
    choices: recordKindSchema.options,
    column: 'kind',
    sort: ['kind'],
    description: 'What the step is',
    example: 'kind:copy,exec',
  },
  {
    name: 'name',
    aliases: ['step'],
    kind: 'text',
    column: 'name',
    sort: ['name'],
    isSearched: true,
    title: 'Step',
    description: 'Words of the step',
    example: 'name:"npm ci"',
  },
  {
    name: 'stage',
    aliases: [],
    kind: 'text',
    column: 'stage',
    sort: ['stage', 'name'],
    description: 'Build stage of the step',
    example: 'stage:assets',
  },
  {
    name: 'digest',
    aliases: [],
    kind: 'text',
    column: 'digest',
    sort: ['place'],
    isSearched: true,
    title: 'Digest',
    description: 'Digits of the record’s digest',
    example: 'digest:4f1c',
  },
  {
    name: 'id',
    aliases: [],
    kind: 'text',
    column: 'id',
    sort: ['place'],
    isSearched: true,
    description: 'Id of the record: its digest, numbered where it is not unique',
    example: 'id:~2',
  },
  {
    name: 'ref',
    aliases: [],
    kind: 'text',
    column: 'cache',
    sort: ['cache'],
    title: 'Reference',
    description: 'Reference of the cache that holds it',
    example: 'ref:=latest',
  },
  {
    name: 'size',
    aliases: ['own'],
    json: 'ownBytes',
    kind: 'bytes',
    column: 'ownBytes',
    sort: ['ownBytes'],
    title: 'Own',
    description: 'Bytes of its newest result, all layers',
    example: 'size:>100MiB',
  },
  {
    name: 'adds',
    aliases: [],
    json: 'addsBytes',
    kind: 'bytes',
    column: 'addsBytes',
    sort: ['addsBytes'],
    title: 'Adds',
    description: 'Bytes of its top layer alone',
    example: 'adds:>1MiB',
  },
  {
    name: 'shared',
    aliases: [],
    json: 'sharedBytes',
    kind: 'bytes',
    column: 'sharedBytes',
    sort: ['sharedBytes'],
    title: 'Shared',
    description: 'Bytes that other records use too',
    example: 'shared:0',
  },
  {
    name: 'reclaimable',
    aliases: [],
    json: 'reclaimableBytes',
    kind: 'bytes',
    column: 'reclaimableBytes',
    sort: ['reclaimableBytes'],
    title: 'Only this',
    description: 'Bytes that only this record keeps',
    example: 'reclaimable:>10MiB',
  },
  {
    name: 'inputs',
    aliases: [],
    kind: 'count',
    column: 'inputs',
    sort: ['inputs'],
    title: 'Inputs',
    header: 'In',
    description: 'Input positions',
    example: 'inputs:>=2',
  },
  {
    name: 'users',
    aliases: [],
    kind: 'count',
    column: 'users',
    sort: ['users'],
    title: 'Users',
    description: 'Records that use it',
    example: 'users:0',
  },
  {
    name: 'results',
    aliases: [],
    kind: 'count',
    column: 'results',
    sort: ['results'],
    title: 'Results',
    header: 'Res',
    description: 'Results it has',
    example: 'results:>1',
  },
  {
    name: 'layers',
    aliases: [],
    kind: 'count',
    column: 'layers',
    sort: ['layers'],
    title: 'Layers',
    description: 'Layers of its newest result',
    example: 'layers:1..5',
  },
  {
    name: 'age',
    aliases: [],
    kind: 'duration',
    column: 'createdMs',
    sort: ['-createdMs', '-createdNs'],
    description: 'Time since its newest result was made',
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
    description: 'When its newest result was made, UTC',
    example: 'created:>2026-11-20',
  },
  {
    name: 'root',
    aliases: [],
    kind: 'choice',
    choices: YES_NO,
    column: 'inputs',
    yes: 0,
    description: 'It has no inputs',
    example: 'root:yes',
  },
  {
    name: 'named',
    aliases: [],
    kind: 'choice',
    choices: YES_NO,
    column: 'name',
    yes: 'known',
    description: 'A name is known for it',
    example: 'named:no',
  },
  {
    name: 'type',
    aliases: [],
    kind: 'text',
    column: 'usageType',
    sort: ['usageType'],
    title: 'Type',
    description: 'BuildKit’s type of the record, where the source has it',
    example: 'type:=exec.cachemount',
    unrecorded: {
      message: 'This source does not record BuildKit’s type of a record.',
      hint: 'Filter by kind: kind:exec.',
    },
  },
  {
    name: 'uses',
    aliases: [],
    kind: 'count',
    column: 'uses',
    sort: ['uses'],
    title: 'Uses',
    description: 'Times it was used, where the source records it',
    example: 'uses:0',
    unrecorded: {
      message: 'This source does not record how often a record was used.',
      hint: 'Filter by the records that use it: users:0.',
    },
  },
  {
    name: 'unused',
    aliases: [],
    kind: 'duration',
    column: 'usedMs',
    sort: ['-usedMs'],
    description: 'Time since its last use, where the source records it',
    example: 'unused:>7d',
    unrecorded: {
      message: 'This source does not record when a record was last used.',
      hint: 'Filter by the time since it was made: age:>7d.',
    },
  },
  {
    name: 'used',
    aliases: [],
    json: 'lastUsedAt',
    kind: 'time',
    column: 'usedMs',
    sort: ['usedMs'],
    title: 'Last used',
    description: 'When it was last used, UTC, where the source records it',
    example: 'used:>2026-11-20',
    unrecorded: {
      message: 'This source does not record when a record was last used.',
      hint: 'Filter by when it was made: created:>2026-11-20.',
    },
  },
];
