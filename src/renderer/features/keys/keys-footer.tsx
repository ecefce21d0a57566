import { Braces, Copy, Ellipsis, Workflow, X } from 'lucide-react';
import { IconButton } from '../../base/button.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { countOf } from '../../base/quantity.tsx';
import type { OutputOf } from '../../client/procedures.ts';
import { Footer, SelectionSums, Sum, SumText } from '../../widgets/table-view/footer.tsx';
import styles from './keys.module.css';

type Sums = OutputOf<'keys.sums'>;

/** What someone may do with the chosen records. */
export interface SelectionActions {
  readonly copyDigests: () => void;
  readonly copyJson: () => void;
  readonly showInGraph: () => void;
  readonly clear: () => void;
}

/** Totals of what the filter leaves and, beside it, of what is chosen. Deduplicated sizes count each blob once. */
export function KeysFooter({
  isFiltered,
  filtered,
  selected,
  selectedCount,
  actions,
}: {
  readonly isFiltered: boolean;
  readonly filtered: Sums | undefined;
  readonly selected: Sums | undefined;
  readonly selectedCount: number;
  readonly actions: SelectionActions;
}) {
  return (
    <Footer>
      <SumText label={isFiltered ? 'Filter' : 'All'}>
        {filtered === undefined ? '…' : countOf(filtered.records, 'record')}
      </SumText>
      <Sum label="own" bytes={filtered?.ownBytes} />
      <Sum label="deduplicated" bytes={filtered?.deduplicatedBytes} />
      <span className="spring" />
      {selectedCount > 0 && (
        <SelectionSums count={selectedCount}>
          <Sum label="deduplicated" bytes={selected?.deduplicatedBytes} />
          <Sum label="only these" bytes={selected?.onlyTheseBytes} />
          <Menu
            label="Selection"
            button={
              <IconButton icon={Ellipsis} label="Do something with the selection" className={styles.more ?? ''} />
            }
          >
            <MenuItem icon={Copy} onAction={actions.copyDigests}>
              Copy digests
            </MenuItem>
            <MenuItem icon={Braces} onAction={actions.copyJson}>
              Copy as JSON
            </MenuItem>
            <MenuItem icon={Workflow} onAction={actions.showInGraph}>
              Show in graph
            </MenuItem>
            <MenuItem icon={X} keys="Escape" onAction={actions.clear}>
              Clear the selection
            </MenuItem>
          </Menu>
        </SelectionSums>
      )}
    </Footer>
  );
}
