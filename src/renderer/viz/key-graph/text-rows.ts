import type { Drawing } from './drawing.ts';
import type { CardItem, Fold } from './scene.ts';

/** A row of the text twin. */
export interface TextRow {
  readonly key: string;
  /** 0 for the focus. */
  readonly depth: number;
  /** Index of the item in the scene. */
  readonly item: number;
  readonly node: number | undefined;
  readonly fold: Fold | undefined;
  /** Undefined where there is nothing to fold. */
  readonly isExpanded: boolean | undefined;
  readonly parent: number | undefined;
}

/** The drawing as rows of a tree: below each record what it rests on, and below the focus who uses it too. */
export function textRows({ scene }: Drawing): TextRow[] {
  const rows: TextRow[] = [];
  const waiting: {
    readonly item: number;
    readonly fold?: Fold;
    readonly depth: number;
    readonly parent: number | undefined;
  }[] = [{ item: 0, depth: 0, parent: undefined }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { item: index, depth, parent } = next;
    const item = scene.items[index];
    if (item === undefined) continue;
    const fold = next.fold ?? (item.kind === 'pill' ? item.fold : undefined);
    const isCard = fold === undefined && item.kind === 'card';
    const row = rows.push({
      key: fold?.key ?? item.key,
      depth,
      item: index,
      node: isCard ? item.node : undefined,
      fold,
      isExpanded: isCard ? expansionOf(item) : false,
      parent,
    });
    if (next.fold) continue;
    const place = item.kind === 'pill' ? { depth, parent } : { depth: depth + 1, parent: row - 1 };
    const folds = item.kind === 'card' ? item.hangs : [];
    for (const hang of folds.toReversed()) waiting.push({ item: index, fold: hang, ...place });
    // A chain is one row; what lies behind it continues on the same level.
    for (const child of item.stacks.flat().toReversed()) waiting.push({ item: child, ...place });
  }
  return rows;
}

/** Whether a record's row is open; undefined where nothing is below it. */
function expansionOf(item: CardItem): boolean | undefined {
  if (item.stacks.length > 0) return true;
  return item.hangs.some((fold) => fold.kind === 'inputs' || fold.kind === 'users') ? false : undefined;
}
