import { Focus, Minimize2, Scissors } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../../shared/model/source.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import styles from './transfer.module.css';
import type { TransferAddress } from './transfer-address.ts';

/** What makes a config or a manifest smaller; what is chosen already is not proposed. */
export function OversizedHelp({
  source,
  address,
  onChange,
  isDisabled,
}: {
  readonly source: Source;
  readonly address: TransferAddress;
  readonly onChange: (change: Partial<TransferAddress>) => void;
  readonly isDisabled: boolean;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className={styles.help} role="group" aria-label="What makes it smaller">
      {address.mode === 'max' && (
        <Button icon={Minimize2} isDisabled={isDisabled} onPress={() => onChange({ mode: 'min' })}>
          Only the results of the final images
        </Button>
      )}
      {address.key === undefined && (
        <Button
          icon={Focus}
          isDisabled={isDisabled}
          onPress={() => navigate(sourceHref(source.id, 'keys', { sort: 'own:desc' }))}
        >
          Choose one record to export
        </Button>
      )}
      <Button icon={Scissors} isDisabled={isDisabled} onPress={() => navigate(sourceHref(source.id, 'prune'))}>
        {source.can.prune === 'here' ? 'Prune the store first' : 'See what a prune would leave'}
      </Button>
    </div>
  );
}
