import { type ReactNode, useState } from 'react';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { RecordDetail, RecordRef } from '../../../shared/model/record.ts';
import { inspect } from '../../base/address.ts';
import { Button } from '../../base/button.tsx';
import { Digest } from '../../base/digest.tsx';
import { RecordName } from '../../widgets/record-name.tsx';
import { CopySelector, type SelectorPlace } from './copy-selector.tsx';
import styles from './record.module.css';

/** Rows shown before someone asks for all. */
const FIRST = 12;

/** Inputs by position; alternatives, any of which will do, below each other with "or". */
export function InputList({
  sourceId,
  record: { id, inputs },
}: {
  readonly sourceId: string;
  readonly record: Pick<RecordDetail, 'id' | 'inputs'>;
}) {
  return (
    <Folded items={inputs} word="inputs">
      {(alternatives, position) => (
        <li key={position}>
          {alternatives.map((alternative, at) => (
            <div key={`${alternative.id} ${alternative.selector}`}>
              <LinkRow position={at === 0 ? String(position) : 'or'} record={alternative} isAlternative={at > 0} />
              {alternative.selector !== '' && (
                <Selector selector={alternative.selector} at={{ sourceId, id, input: position, alternative: at }} />
              )}
            </div>
          ))}
        </li>
      )}
    </Folded>
  );
}

/** Records that use it, with the input position at which they do. */
export function UserList({ users }: { readonly users: RecordDetail['users'] }) {
  return (
    <Folded items={users} word="users">
      {(user) => (
        <li key={`${user.id} ${user.input} ${user.selector}`}>
          <LinkRow position={String(user.input)} record={user} />
        </li>
      )}
    </Folded>
  );
}

function LinkRow({
  position,
  record,
  isAlternative = false,
}: {
  readonly position: string;
  readonly record: RecordRef;
  readonly isAlternative?: boolean;
}) {
  return (
    <div className={styles.link}>
      <span className={styles.position} data-alternative={isAlternative || undefined}>
        {position}
      </span>
      <button type="button" className={styles.open} onClick={() => inspect('record', record.id)}>
        <span className="visually-hidden">Inspect </span>
        <RecordName record={record} isBesideDigest />
      </button>
      <Digest digest={record.digest} copy={false} />
    </div>
  );
}

/** What of the input is used: a digest of a path or of a mount. */
function Selector({ selector, at }: { readonly selector: string; readonly at: SelectorPlace }) {
  if (/^sha\d+:/.test(selector)) {
    return (
      <div className={styles.selector}>
        selector <Digest digest={selector} copy={false} />
      </div>
    );
  }
  return (
    <div className={styles.selector}>
      selector <code>{selector}</code> <CopySelector at={at} />
    </div>
  );
}

/** A list that starts short: a record may have thousands of links. */
function Folded<Item>({
  items,
  word,
  children,
}: {
  readonly items: readonly Item[];
  readonly word: string;
  readonly children: (item: Item, index: number) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? items : items.slice(0, FIRST);
  return (
    <>
      <ul>{shown.map(children)}</ul>
      {shown.length < items.length && (
        <Button variant="ghost" className={styles.all} onPress={() => setOpen(true)}>
          Show all {formatCount(items.length)} {word}
        </Button>
      )}
    </>
  );
}
