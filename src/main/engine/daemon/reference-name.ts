import type { RecordName } from '../model/record-names.ts';

/**
 * The name of a record from what the daemon calls its reference: `mount / from exec /bin/sh -c …`, `local source for
 * context`, `pulled from …`, or a step as the progress of its build showed it, `[assets 2/3] COPY …`. Undefined where it
 * says nothing.
 */
export function referenceName(description: string, type: string): RecordName | undefined {
  if (description === '') return undefined;
  const [, stage, step] = /^\[([^\]]+)\] (.+)$/s.exec(description) ?? [];
  return {
    kind: kindOf(step ?? description, type),
    name: step ?? description,
    ...(stage === undefined ? {} : { stage }),
    nameFrom: 'reference',
    operation: description,
  };
}

const KINDS: readonly (readonly [pattern: RegExp, kind: RecordName['kind']])[] = [
  [/^cached mount /, 'mount'],
  [/^(local source for|pulled from|git snapshot|http url|https? )/, 'source'],
  [/^FROM /i, 'source'],
  [/^(COPY|ADD|WORKDIR)\b/i, 'copy'],
  [/^(RUN\b|mount .* from exec )/i, 'exec'],
  [/^(LINK|merge|diff)\b/i, 'merge'],
];

function kindOf(text: string, type: string): RecordName['kind'] {
  if (type === 'exec.cachemount') return 'mount';
  if (type.startsWith('source.')) return 'source';
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
}
