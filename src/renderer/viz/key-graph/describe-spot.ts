import { formatBytes } from '../../../shared/base/bytes.ts';
import { countOf } from '../../base/quantity.tsx';
import { KINDS } from '../../widgets/kind-glyph.tsx';
import { recordTitle } from '../../widgets/record-name.tsx';
import type { Drawing } from './drawing.ts';
import { foldText } from './fold-text.ts';
import type { LinkText } from './links.ts';
import type { Spot } from './spots.ts';

/** What a screen reader says of a card or a fold, and what it can do. */
export function describeSpot(drawing: Drawing, spot: Spot, textOf: LinkText, isOnPath: boolean): string {
  const { graph, scene } = drawing;
  const item = scene.items[spot.item];
  if (spot.fold) {
    const { count, words } = foldText(graph, spot.fold);
    const owner = graph.nodes[spot.fold.owner];
    return `${count} ${words}, folded at ${owner ? recordTitle(owner) : 'a record'}. Enter opens.`.trim();
  }
  const node = spot.node === undefined ? undefined : graph.nodes[spot.node];
  if (node === undefined || item === undefined) return '';
  const parts = [recordTitle(node), KINDS[node.kind].label];
  if (node.ownBytes > 0) parts.push(`${formatBytes(node.ownBytes)} own, adds ${formatBytes(node.addsBytes)}`);
  const inputs = (spot.node === undefined ? undefined : graph.inputs[spot.node])?.length ?? 0;
  parts.push(inputs === 0 && node.hiddenInputs === 0 ? 'a root' : countOf(inputs, 'input'));
  if (item.side === 'focus') parts.push('the focus');
  const parent = item.parent === undefined ? undefined : scene.items[item.parent];
  const other = parent?.kind === 'card' ? graph.nodes[parent.node] : undefined;
  if (other && item.link && item.side === 'input') {
    parts.push(`${item.link.rank > 0 ? 'alternative for ' : ''}input ${textOf(item.link)} of ${recordTitle(other)}`);
  } else if (other && item.link) parts.push(`uses ${recordTitle(other)} as input ${textOf(item.link)}`);
  if (isOnPath) parts.push('on the path to the root');
  return `${parts.join(', ')}.`;
}
