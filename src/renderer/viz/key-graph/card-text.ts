import { formatBytes } from '../../../shared/base/bytes.ts';
import { formatDuration, parseTime } from '../../../shared/base/time.ts';
import type { GraphNode } from '../../../shared/model/graph.ts';
import type { ColourBy } from './colour-scale.ts';

/** What a card says: stage (grey) and step, then its second line. */
export interface CardText {
  readonly stage: string;
  readonly step: string;
  /** The step is not known: written paler. */
  readonly isUnnamed: boolean;
  readonly second: readonly { readonly text: string; readonly isMono?: boolean }[];
}

const UNNAMED: Readonly<Record<GraphNode['kind'], string>> = {
  exec: 'RUN',
  copy: 'COPY',
  source: 'source',
  mount: 'cache mount',
  merge: 'merge',
  content: 'content digest',
  unknown: 'record',
};

/** The words of a card. Options such as `--mount=…` are left out of the step: it has 18 characters of room. */
export function cardText(node: GraphNode, isAlternative: boolean, colour: ColourBy, nowMs: number): CardText {
  const hex = node.digest.slice(node.digest.indexOf(':') + 1, node.digest.indexOf(':') + 9);
  const second: { text: string; isMono?: boolean }[] = [];
  if (node.results > 0 && node.ownBytes > 0) {
    second.push({ text: formatBytes(node.ownBytes) });
    if (colour === 'age') second.push({ text: ageText(node, nowMs) });
    else second.push({ text: `+${formatBytes(node.addsBytes)}` });
  } else {
    second.push({ text: hex, isMono: true });
    if (isAlternative) second.push({ text: 'alternative' });
    else if (node.kind !== 'content') second.push({ text: 'no result' });
  }
  // A content digest may be named after the step it was an input of: on a card that would read as that step.
  if (node.kind === 'content') return { stage: '', step: UNNAMED.content, isUnnamed: true, second };
  const named = node.name?.replace(/--(?:mount|network|security|link)(?:=\S+)? /g, '');
  const step = named ?? (node.ownBytes > 0 ? `${UNNAMED[node.kind]} ${hex}` : UNNAMED[node.kind]);
  return { stage: node.stage ?? '', step, isUnnamed: node.name === undefined, second };
}

function ageText(node: GraphNode, nowMs: number): string {
  const at = parseTime(node.createdAt);
  // The largest unit alone: a card has room for no more.
  return at === undefined
    ? ''
    : `${formatDuration(nowMs - at)
        .split(' ')
        .slice(0, 2)
        .join(' ')} ago`;
}
