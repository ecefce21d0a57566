import { recordKindSchema } from '../../model/record.ts';

/** What rows a filter is about: cache records or layer blobs. */
export type FilterSubject = 'keys' | 'layers';

/**
 * What the values of a field are. `text` matches a part of the text, or all of it after `=`; `choice` is one word of a
 * closed list; `bytes`, `duration`, `time` (an instant, UTC) and `count` compare.
 */
export type FilterValueKind = 'text' | 'choice' | 'bytes' | 'duration' | 'time' | 'count';

/** A field of the filter language: what the parser accepts and what autocomplete offers. */
export interface FilterField {
  readonly name: string;
  /** Other spellings; the parser turns them into `name`. */
  readonly aliases: readonly string[];
  readonly kind: FilterValueKind;
  /** One line for a person. */
  readonly description: string;
  /** The words of a `choice`. */
  readonly choices?: readonly string[];
  /** A whole term that shows how it is used. */
  readonly example: string;
}

const YES_NO = ['yes', 'no'] as const;

const KEYS: readonly FilterField[] = [
  choice('kind', recordKindSchema.options, 'What the step is', 'kind:copy,exec'),
  text('name', 'Words of the step', 'name:"npm ci"', ['step']),
  text('stage', 'Build stage of the step', 'stage:assets'),
  text('digest', 'Digits of the record’s digest', 'digest:4f1c'),
  text('id', 'Id of the record: its digest, numbered where it is not unique', 'id:~2'),
  text('ref', 'Reference of the cache that holds it', 'ref:=latest'),
  bytes('size', 'Bytes of its newest result, all layers', 'size:>100MiB', ['own']),
  bytes('adds', 'Bytes of its top layer alone', 'adds:>1MiB'),
  bytes('shared', 'Bytes that other records use too', 'shared:0'),
  bytes('reclaimable', 'Bytes that only this record keeps', 'reclaimable:>10MiB'),
  count('inputs', 'Input positions', 'inputs:>=2'),
  count('users', 'Records that use it', 'users:0'),
  count('results', 'Results it has', 'results:>1'),
  count('layers', 'Layers of its newest result', 'layers:1..5'),
  duration('age', 'Time since its newest result was made', 'age:>7d'),
  time('created', 'When its newest result was made, UTC', 'created:>2026-11-20'),
  choice('root', YES_NO, 'It has no inputs', 'root:yes'),
  choice('named', YES_NO, 'A name is known for it', 'named:no'),
  text('type', 'BuildKit’s type of the record, where the source has it', 'type:=exec.cachemount'),
  count('uses', 'Times it was used, where the source records it', 'uses:0'),
  duration('unused', 'Time since its last use, where the source records it', 'unused:>7d'),
];

const LAYERS: readonly FilterField[] = [
  text('digest', 'Digits of the blob’s digest', 'digest:4f1c'),
  text('diffid', 'Digits of the uncompressed tar’s digest', 'diffid:9a'),
  bytes('size', 'Bytes of the blob', 'size:>100MiB'),
  text('type', 'Part of the media type', 'type:docker'),
  choice('compression', ['none', 'gzip', 'zstd', 'unknown'], 'How it is compressed', 'compression:zstd'),
  count('records', 'Records with a result that holds it', 'records:1'),
  choice('present', YES_NO, 'The blob lies in the source', 'present:no'),
  choice('damaged', YES_NO, 'It lies there and cannot be used as it is', 'damaged:yes'),
  duration('age', 'Time since it was made', 'age:>7d'),
  time('created', 'When it was made, UTC', 'created:>2026-11-20'),
];

/** The fields a filter over these rows may name, in the order autocomplete offers them. */
export function filterFields(subject: FilterSubject): readonly FilterField[] {
  return subject === 'keys' ? KEYS : LAYERS;
}

function text(name: string, description: string, example: string, aliases: readonly string[] = []): FilterField {
  return { name, aliases, kind: 'text', description, example };
}

function choice(name: string, choices: readonly string[], description: string, example: string): FilterField {
  return { name, aliases: [], kind: 'choice', description, choices, example };
}

function bytes(name: string, description: string, example: string, aliases: readonly string[] = []): FilterField {
  return { name, aliases, kind: 'bytes', description, example };
}

function duration(name: string, description: string, example: string): FilterField {
  return { name, aliases: [], kind: 'duration', description, example };
}

function time(name: string, description: string, example: string): FilterField {
  return { name, aliases: [], kind: 'time', description, example };
}

function count(name: string, description: string, example: string): FilterField {
  return { name, aliases: [], kind: 'count', description, example };
}
