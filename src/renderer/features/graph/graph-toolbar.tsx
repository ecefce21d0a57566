import { ChevronDown, ListTree } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton, DialogTrigger } from 'react-aria-components';
import type { GraphNode } from '../../../shared/model/graph.ts';
import { Button } from '../../base/button.tsx';
import { classNames } from '../../base/class-names.ts';
import { Icon } from '../../base/icon.tsx';
import { Popover } from '../../base/overlay.tsx';
import { countOf } from '../../base/quantity.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { RecordName, recordTitle } from '../../widgets/record-name.tsx';
import styles from './graph.module.css';
import { DEPTHS, type GraphAddress } from './graph-address.ts';
import { RecordPicker } from './record-picker.tsx';
import { useStartingPoints } from './use-starting-points.ts';

/** Focus, direction, depth, colour, how much is drawn, and the switch to words. */
export function GraphToolbar({
  sourceId,
  address,
  onChange,
  focus,
  drawn,
  total,
  isTextOnly,
}: {
  readonly sourceId: string;
  readonly address: GraphAddress;
  readonly onChange: (changes: Partial<GraphAddress>) => void;
  readonly focus: GraphNode | undefined;
  readonly drawn: number | undefined;
  readonly total: number | undefined;
  /** The window is too narrow for a canvas. */
  readonly isTextOnly: boolean;
}) {
  const [isChoosing, setChoosing] = useState(false);
  const { points } = useStartingPoints(sourceId);
  const proposals = points
    ? [
        { title: 'Ends of the builds', rows: points.ends },
        { title: 'Largest', rows: points.largest },
      ]
    : [];
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Graph">
      <DialogTrigger isOpen={isChoosing} onOpenChange={setChoosing}>
        <AriaButton
          className={styles.focus ?? ''}
          aria-label={`Focus: ${focus ? recordTitle(focus) : 'none'}. Choose a record`}
        >
          <span className="t2">Focus</span>
          {focus ? <RecordName record={focus} className={styles.focusName ?? ''} /> : <span className="t3">none</span>}
          <Icon of={ChevronDown} size={12} className={styles.quiet} />
        </AriaButton>
        <Popover label="Choose the focus" placement="bottom start">
          <RecordPicker
            sourceId={sourceId}
            proposals={proposals}
            onPick={(id) => {
              setChoosing(false);
              onChange({ from: id, trace: undefined });
            }}
          />
        </Popover>
      </DialogTrigger>
      <Segmented
        label="Direction"
        value={address.direction}
        options={[
          { value: 'both', label: 'Both ways' },
          { value: 'inputs', label: 'Inputs' },
          { value: 'users', label: 'Users' },
        ]}
        onChange={(direction) => onChange({ direction })}
      />
      <span className={styles.labelled}>
        Depth
        <Segmented
          label="Depth"
          value={address.depth}
          options={DEPTHS.map((value) => ({ value, label: value }))}
          onChange={(depth) => onChange({ depth })}
        />
      </span>
      {!isTextOnly && !address.isText && (
        <span className={classNames(styles.labelled, styles.colour)}>
          <span className={styles.colourWord}>Colour</span>
          <Segmented
            label="Colour"
            value={address.colour}
            options={[
              { value: 'kind', label: 'Kind' },
              { value: 'size', label: 'Size' },
              { value: 'age', label: 'Age' },
            ]}
            onChange={(colour) => onChange({ colour })}
          />
        </span>
      )}
      <span className="spring" />
      {drawn !== undefined && total !== undefined && (
        <span className={styles.count} role="status">
          {drawn.toLocaleString('en')} of {countOf(total, 'record')}
        </span>
      )}
      {!isTextOnly && (
        <Button
          icon={ListTree}
          tip="The same as a tree of words"
          {...(address.isText ? { className: styles.on } : {})}
          onPress={() => onChange({ isText: !address.isText })}
        >
          {address.isText ? 'Picture' : 'Text'}
        </Button>
      )}
    </div>
  );
}
