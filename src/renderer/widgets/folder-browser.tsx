import { CornerLeftUp, Folder } from 'lucide-react';
import { useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import type { BrowseEntry } from '../../shared/contract/sources.ts';
import { Badge } from '../base/badge.tsx';
import { IconButton } from '../base/button.tsx';
import { ErrorState } from '../base/error-state.tsx';
import { Icon } from '../base/icon.tsx';
import { SkeletonRows } from '../base/skeleton.tsx';
import { useRead } from '../client/hooks.ts';
import styles from './folder-browser.module.css';
import { SOURCE_ICONS, SOURCE_KIND_NAMES } from './source-kinds.ts';

/** The folders of the engine's machine. Enter goes into a plain folder and opens a cache. */
export function FolderBrowser({
  onPath,
  onOpen,
}: {
  readonly onPath: (path: string) => void;
  readonly onOpen: (path: string) => void;
}) {
  const [folder, setFolder] = useState<string>();
  const listing = useRead('sources.browse', folder === undefined ? {} : { path: folder }, {
    versioned: false,
    keepPrevious: true,
  });
  const go = (path: string): void => {
    setFolder(path);
    onPath(path);
  };
  const act = (entry: BrowseEntry | undefined): void => {
    if (!entry) return;
    if (entry.kind === undefined) go(entry.path);
    else onOpen(entry.path);
  };
  if (listing.error) {
    return (
      <div className={styles.box}>
        <ErrorState
          error={listing.error}
          isCompact
          actions={<IconButton icon={CornerLeftUp} label="Home folder" onPress={() => setFolder(undefined)} />}
        />
      </div>
    );
  }
  const { data } = listing;
  return (
    <div className={styles.box}>
      <div className={styles.head}>
        <IconButton
          icon={CornerLeftUp}
          iconSize={14}
          label="Folder above"
          isDisabled={data?.parent === undefined}
          onPress={() => {
            if (data?.parent !== undefined) go(data.parent);
          }}
        />
        <bdi className={styles.path}>{data?.path ?? ''}</bdi>
      </div>
      {data === undefined ? (
        <SkeletonRows label="Reading the folder" rows={6} />
      ) : (
        <GridList
          aria-label={`Folders and caches in ${data.path}`}
          className={styles.list ?? ''}
          selectionMode="none"
          items={data.entries.map((entry) => ({ ...entry, id: entry.path }))}
          dependencies={[data.path]}
          onAction={(key) => act(data.entries.find((entry) => entry.path === key))}
          renderEmptyState={() => <p className={styles.none}>No folders and no caches here.</p>}
        >
          {(entry) => (
            <GridListItem textValue={entry.name} className={styles.entry ?? ''}>
              <Icon of={entry.kind === undefined ? Folder : SOURCE_ICONS[entry.kind]} className={styles.icon} />
              <bdi className="ellipsis">{entry.name}</bdi>
              <span className="spring" />
              {entry.kind !== undefined && <Badge tone="info">{SOURCE_KIND_NAMES[entry.kind]}</Badge>}
            </GridListItem>
          )}
        </GridList>
      )}
    </div>
  );
}
