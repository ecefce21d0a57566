import { ArrowLeftRight, Braces, Check, Copy, Hash, Link, Terminal, Workflow } from 'lucide-react';
import { useLocation } from 'wouter';
import { commandLine } from '../../../shared/base/shell-word.ts';
import type { RecordDetail } from '../../../shared/model/record.ts';
import type { Source } from '../../../shared/model/source.ts';
import { linkTo, sourceHref } from '../../base/address.ts';
import { Button, IconButton } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { Menu, MenuItem } from '../../base/menu.tsx';
import styles from './record.module.css';

/** What can be done with a record from anywhere. */
export function RecordActions({ source, record }: { readonly source: Source; readonly record: RecordDetail }) {
  const { copied, copy } = useCopy();
  const [, navigate] = useLocation();
  const graphHref = sourceHref(source.id, 'graph', { record: record.id });
  return (
    <div className={styles.actions}>
      <Button icon={Workflow} keys="g g" onPress={() => navigate(graphHref)}>
        Open in graph
      </Button>
      <Button
        icon={ArrowLeftRight}
        tip="Write only what this record needs to a folder, a store or a registry"
        onPress={() => navigate(sourceHref(source.id, 'transfer', { key: record.id }))}
      >
        Export…
      </Button>
      <Menu label="Copy" button={<IconButton icon={copied ? Check : Copy} label={copied ? 'Copied' : 'Copy'} />}>
        <MenuItem icon={Hash} keys="y" onAction={() => copy(record.digest)}>
          Digest
        </MenuItem>
        <MenuItem icon={Braces} onAction={() => copy(JSON.stringify(record, undefined, 2))}>
          JSON
        </MenuItem>
        <MenuItem icon={Terminal} onAction={() => copy(commandLine(keysCommand(source, record)))}>
          Command line
        </MenuItem>
        <MenuItem icon={Link} onAction={() => copy(linkTo(graphHref))}>
          Link
        </MenuItem>
      </Menu>
    </div>
  );
}

function keysCommand(source: Source, record: RecordDetail): readonly string[] {
  return ['keys', source.location, '--filter', `id:=${record.id}`, '--json'];
}
