import { ChevronDown, ListTree } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton, DialogTrigger } from 'react-aria-components';
import { formatCount } from '../../../shared/base/bytes.ts';
import type { GraphNode } from '../../../shared/model/graph.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { Button } from '../../base/button.tsx';
import { Icon } from '../../base/icon.tsx';
import { Popover } from '../../base/overlay.tsx';
import { Segmented } from '../../base/segmented.tsx';
import { KindGlyph } from '../../widgets/kind-glyph.tsx';
import { recordTitle } from '../../widgets/record-name.tsx';
import { RecordPicker } from '../../widgets/record-picker.tsx';
import styles from './graph.module.css';
import { DEPTHS, type GraphAddress } from './graph-address.ts';
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
          aria-label={`Focus ${focus ? recordTitle(focus) : 'none'}, choose another record`}
        >
          <span className="t2">Focus</span>{' '}
          {focus ? (
            <>
              <KindGlyph kind={focus.kind} isDecorative />
              <span className={styles.focusName}>
                {focus.stage ?? focus.name ?? shortDigest(focus.digest).slice(0, 8)}
              </span>
            </>
          ) : (
            <span className="t3">none</span>
          )}
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
      {focus && <GraphSettings address={address} onChange={onChange} hasColour={!isTextOnly && !address.isText} />}
      <span className="spring" />
      {focus && drawn !== undefined && total !== undefined && (
        <span className={styles.count} role="status">
          {formatCount(drawn)} of {formatCount(total)}
          <span className={styles.word}> {total === 1 ? 'record' : 'records'}</span>
        </span>
      )}
      {focus && !isTextOnly && (
        <Button
          icon={ListTree}
          tip={address.isText ? 'Back to the drawing' : 'The same as a tree of words'}
          onPress={() => onChange({ isText: !address.isText })}
        >
          {address.isText ? 'Drawing' : 'Text'}
        </Button>
      )}
    </div>
  );
}

function GraphSettings({
  address,
  onChange,
  hasColour,
}: {
  readonly address: GraphAddress;
  readonly onChange: (changes: Partial<GraphAddress>) => void;
  readonly hasColour: boolean;
}) {
  return (
    <>
      <Segmented
        label="Direction"
        value={address.direction}
        options={[
          { value: 'both', label: <BothWays />, name: 'Both ways' },
          { value: 'inputs', label: 'Inputs' },
          { value: 'users', label: 'Users' },
        ]}
        onChange={(direction) => onChange({ direction })}
      />
      <span className={styles.labelled}>
        <span className={styles.word}>Depth</span>
        <Segmented
          label="Depth"
          value={address.depth}
          options={DEPTHS.map((value) => ({ value, label: value }))}
          onChange={(depth) => onChange({ depth })}
        />
      </span>
      {hasColour && (
        <span className={styles.labelled}>
          <span className={styles.word}>Colour</span>
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
    </>
  );
}

/** `Both ways`, or `Both` where the toolbar is narrow. */
function BothWays() {
  return (
    <span>
      Both<span className={styles.word}> ways</span>
    </span>
  );
}
