import { Database } from 'lucide-react';
import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { toCacheError } from '../../../shared/base/errors.ts';
import { sourceHref } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { rememberLocation } from '../../base/window-state.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';

/** A folder for a new managed store: the kind of source that can be pruned, imported into and undone. */
export function CreateStoreDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const engine = useEngine();
  const info = useRead('app.info', {}, { versioned: false });
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const path = typed ?? info.data?.storeFolder ?? '';
  const close = (): void => {
    setTyped(undefined);
    setError(undefined);
    onClose();
  };
  const create = async (): Promise<void> => {
    setBusy(true);
    try {
      const { source } = await engine.sources.createStore({ path: path.trim() });
      rememberLocation(source.location);
      close();
      navigate(sourceHref(source.id, 'overview'));
    } catch (failure) {
      const { message, hint } = toCacheError(failure);
      setError(hint === undefined ? message : `${message} ${hint}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Create a store"
      isOpen={isOpen}
      onClose={close}
      actions={
        <>
          <Button onPress={close}>Cancel</Button>
          <Button variant="primary" icon={Database} isDisabled={path.trim() === '' || isBusy} onPress={create}>
            Create store
          </Button>
        </>
      }
    >
      <TextField
        label="Folder"
        isMono
        value={path}
        onChange={(value) => {
          setTyped(value);
          setError(undefined);
        }}
        error={error}
        hint="It must be empty, or not be there yet. Caches can be imported into a store, pruned in it, and brought back."
        autoFocus
        onSubmit={create}
      />
    </Dialog>
  );
}
