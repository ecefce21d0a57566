import { showDialog, usePanels } from '../../base/window-state.ts';
import { ConnectS3Dialog } from './connect-s3-dialog.tsx';
import { CreateStoreDialog } from './create-store-dialog.tsx';
import { OpenDialog } from './open-dialog.tsx';

/** The dialogs about sources; each is built when it opens. */
export function SourceDialogs() {
  const dialog = usePanels((panels) => panels.dialog);
  return (
    <>
      <OpenDialog isOpen={dialog === 'open'} onClose={close} />
      <ConnectS3Dialog isOpen={dialog === 'connect-s3'} onClose={close} />
      <CreateStoreDialog isOpen={dialog === 'create-store'} onClose={close} />
    </>
  );
}

const close = (): void => showDialog(undefined);
