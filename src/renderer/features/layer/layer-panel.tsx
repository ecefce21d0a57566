import { Braces, Check, Copy, FileX, Hash, Layers2, Terminal } from 'lucide-react';
import { useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import { commandLine } from '../../../shared/base/shell-word.ts';
import type { LayerAnswer, LayerDetail } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { compressionOf } from '../../../shared/oci/media-types.ts';
import { inspect } from '../../base/address.ts';
import { Badge } from '../../base/badge.tsx';
import { Button } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { Digest } from '../../base/digest.tsx';
import type { InspectorPanelProps } from '../../base/feature.ts';
import { Icon } from '../../base/icon.tsx';
import { Menu, MenuItem } from '../../base/menu.tsx';
import { Bytes } from '../../base/quantity.tsx';
import { KeyValue, KeyValues, Section } from '../../base/section.tsx';
import { Time } from '../../base/time.tsx';
import { useRead } from '../../client/hooks.ts';
import { RecordName } from '../../widgets/record-name.tsx';
import { WithAnswer } from '../../widgets/with-answer.tsx';
import { AlsoIn } from './also-in.tsx';
import styles from './layer.module.css';

/** Records listed before someone asks for all that were sent. */
const FIRST = 12;

/** Everything known of a layer blob. */
export function LayerPanel({ source, value }: InspectorPanelProps) {
  const answer = useRead('layers.get', source && { sourceId: source.id, digest: value }, { keepPrevious: true });
  if (!source) return null;
  return (
    <WithAnswer answer={answer} subject="layer">
      {(layer) => <LayerFacts source={source} layer={layer} onGone={() => void answer.refetch()} />}
    </WithAnswer>
  );
}

function LayerFacts({
  source,
  layer,
  onGone,
}: {
  readonly source: Source;
  readonly layer: LayerAnswer;
  readonly onGone: () => void;
}) {
  const { copied, copy } = useCopy();
  const compression = compressionOf(layer.mediaType);
  return (
    <>
      <div className={styles.head}>
        <Icon of={Layers2} className="t3" />
        <h2 className={styles.title}>Layer</h2>
        <Presence layer={layer} />
        <span className="spring" />
        <Digest digest={layer.digest} />
      </div>
      <div className={styles.actions}>
        <Menu label="Copy" button={<Button icon={Copy}>{copied ? 'Copied' : 'Copy'}</Button>}>
          <MenuItem icon={Hash} keys="y" onAction={() => copy(layer.digest)}>
            Digest
          </MenuItem>
          <MenuItem icon={Braces} onAction={() => copy(JSON.stringify(layer, undefined, 2))}>
            JSON
          </MenuItem>
          <MenuItem
            icon={Terminal}
            onAction={() =>
              copy(commandLine(['layers', source.location, '--filter', `digest:=${layer.digest}`, '--json']))
            }
          >
            Command line
          </MenuItem>
        </Menu>
      </div>
      <Section title="Blob">
        <KeyValues>
          <KeyValue label="Size" isNumber>
            <Bytes bytes={layer.size} isFocusable />
          </KeyValue>
          <KeyValue label="Compression" isNumber>
            {compression}
          </KeyValue>
          <KeyValue label="Created" isNumber>
            <Time at={layer.createdAt} isFocusable />
          </KeyValue>
          <KeyValue label="Uncompressed" isNumber>
            {layer.diffID === '' ? <span className="t3">not said</span> : <Digest digest={layer.diffID} />}
          </KeyValue>
          <KeyValue label="Media type">
            <bdi dir="ltr" className={styles.type}>
              {layer.mediaType}
            </bdi>
          </KeyValue>
        </KeyValues>
      </Section>
      <AlsoIn digest={layer.digest} places={layer.places} onGone={onGone} />
      <Section title="Used by" note={usersNote(layer)}>
        <Users layer={layer} />
      </Section>
      <Section title={layer.refs.length === 1 ? 'Reference' : 'References'} note={layer.refs.length}>
        {layer.refs.length === 0 ? (
          <p className={styles.text}>No manifest refers to it: it is an orphan.</p>
        ) : (
          <div className={styles.refs}>
            {layer.refs.map((ref) => (
              <Badge key={ref}>
                <bdi dir="ltr">{ref}</bdi>
              </Badge>
            ))}
          </div>
        )}
      </Section>
    </>
  );
}

function Presence({ layer }: { readonly layer: LayerDetail }) {
  if (layer.problem !== undefined || !layer.present) {
    return (
      <Badge tone="corrupt" icon={FileX} tip={layer.problem ?? 'The blob is not in the source.'}>
        {layer.present ? 'damaged' : 'missing'}
      </Badge>
    );
  }
  return (
    <Badge tone="hit" icon={Check}>
      present
    </Badge>
  );
}

function Users({ layer }: { readonly layer: LayerDetail }) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? layer.usedBy : layer.usedBy.slice(0, FIRST);
  if (layer.usedBy.length === 0) return <p className={styles.text}>No record has a result that holds it.</p>;
  return (
    <>
      <ul>
        {shown.map((record) => (
          <li key={record.id} className={styles.user}>
            <button type="button" className={styles.open} onClick={() => inspect('record', record.id)}>
              <span className="visually-hidden">Inspect </span>
              <RecordName record={record} isBesideDigest />
            </button>
            <Digest digest={record.digest} copy={false} />
          </li>
        ))}
      </ul>
      {shown.length < layer.usedBy.length && (
        <Button variant="ghost" onPress={() => setOpen(true)}>
          Show all {formatCount(layer.usedBy.length)} records
        </Button>
      )}
    </>
  );
}

function usersNote({ usedBy, usedByTotal }: LayerDetail): string {
  const all = formatCount(usedByTotal);
  return usedByTotal > usedBy.length ? `${all}, the first ${usedBy.length}` : all;
}
