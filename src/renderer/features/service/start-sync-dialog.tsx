import { ChevronDown, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { Source } from '../../../shared/model/source.ts';
import { Button } from '../../base/button.tsx';
import { ErrorState } from '../../base/error-state.tsx';
import { TextField } from '../../base/field.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { Dialog } from '../../base/overlay.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { useSources } from '../../client/hooks.ts';
import { SOURCE_ICONS } from '../../widgets/source-kinds.ts';
import styles from './service.module.css';

/** Which source, with which service, and what is done with what comes back. */
export function StartSyncDialog({
  isOpen,
  wanted,
  service,
  onClose,
}: {
  readonly isOpen: boolean;
  /** Id of the source that is meant. */
  readonly wanted: string | undefined;
  /** Address of the service that is meant. */
  readonly service: string | undefined;
  readonly onClose: () => void;
}) {
  return isOpen ? <StartSync wanted={wanted} service={service} onClose={onClose} /> : null;
}

function StartSync({
  wanted,
  service,
  onClose,
}: {
  readonly wanted: string | undefined;
  readonly service: string | undefined;
  readonly onClose: () => void;
}) {
  const engine = useEngine();
  const sources = (useSources() ?? []).filter(({ can }) => can.transfer && can.links);
  const [sourceId, setSourceId] = useState(wanted);
  const [url, setUrl] = useState(service ?? '');
  const [tokenFile, setTokenFile] = useState('');
  const [importTo, setImportTo] = useState('');
  const [error, setError] = useState<unknown>();
  const source = sources.find(({ id }) => id === sourceId) ?? sources[0];
  const isReady = source !== undefined && url.trim() !== '';
  const start = async (): Promise<void> => {
    if (!isReady) return;
    try {
      await engine.service.start({
        sourceId: source.id,
        url: url.trim(),
        ...(tokenFile.trim() === '' ? {} : { tokenFile: tokenFile.trim() }),
        ...(importTo.trim() === '' ? {} : { importTo: importTo.trim() }),
      });
      onClose();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title="Sync a source with a service"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button variant="primary" icon={RefreshCw} isDisabled={!isReady} onPress={() => void start()}>
            Start sync
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <div>
          <span className={styles.label}>Source</span>
          <SourceChoice source={source} sources={sources} onChoose={setSourceId} />
        </div>
        <TextField
          label="Address of the service"
          isMono
          placeholder="https://cache.team.example"
          value={url}
          onChange={setUrl}
          autoFocus
          onSubmit={() => void start()}
        />
        <TextField
          label="File with the token"
          isMono
          placeholder="none"
          value={tokenFile}
          onChange={setTokenFile}
          hint="A path on the machine where Cachewright runs. Its contents are read when needed, and never kept."
          onSubmit={() => void start()}
        />
        <TextField
          label="Import to a store"
          isMono
          placeholder="nowhere"
          value={importTo}
          onChange={setImportTo}
          hint="Path of a managed store that gets what the team has, under the name team."
          onSubmit={() => void start()}
        />
        {error !== undefined && <ErrorState error={error} isCompact title="It was not started" />}
      </div>
    </Dialog>
  );
}

function SourceChoice({
  source,
  sources,
  onChoose,
}: {
  readonly source: Source | undefined;
  readonly sources: readonly Source[];
  readonly onChoose: (id: string) => void;
}) {
  if (!source) return <p className="t3 fs12">Open a source first: a store, a cache folder or a state folder.</p>;
  return (
    <Menu
      label="Source"
      button={
        <Button icon={SOURCE_ICONS[source.kind]}>
          {source.name}
          <ChevronDown size={12} aria-hidden="true" />
        </Button>
      }
    >
      {sources.map(({ id, kind, name }) => (
        <MenuItem key={id} icon={SOURCE_ICONS[kind]} onAction={() => onChoose(id)}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
