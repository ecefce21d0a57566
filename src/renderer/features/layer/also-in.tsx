import { FolderOpen } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { LayerLocation } from '../../../shared/model/layer.ts';
import { sourceHref } from '../../base/address.ts';
import { IconButton } from '../../base/button.tsx';
import { CopyButton } from '../../base/copy-button.tsx';
import { Icon } from '../../base/icon.tsx';
import { Section } from '../../base/section.tsx';
import { useShell } from '../../base/shell-context.ts';
import { Time } from '../../base/time.tsx';
import { useEngine } from '../../client/engine-context.tsx';
import { PLACE_ICONS } from '../../widgets/source-kinds.ts';
import styles from './layer.module.css';

/** Where else the blob was seen, with when. Opening a place that is open already goes there. */
export function AlsoIn({
  digest,
  locations,
  onGone,
}: {
  readonly digest: string;
  readonly locations: readonly LayerLocation[];
  /** A place turned out not to be there: the list is not right any more. */
  readonly onGone: () => void;
}) {
  const engine = useEngine();
  const { fail } = useShell();
  if (locations.length === 0) return null;

  const open = async ({ ref, sourceId }: LayerLocation) => {
    try {
      const id = sourceId ?? (await engine.layers.openPlace({ digest, ref })).source.id;
      navigate(sourceHref(id, 'overview'));
    } catch (error) {
      fail(`${ref} was not opened`, error);
      if (isCacheError(error, 'NOT_FOUND')) onGone();
    }
  };

  return (
    <Section title="Also in" note={locations.length}>
      <ul>
        {locations.map((location) => (
          <li key={location.ref} className={styles.place}>
            <Icon of={PLACE_ICONS[location.kind]} size={12} className="t3" />
            {/* The end of a path tells places apart: what is cut off is its beginning. */}
            <span className={styles.placeName} data-tip={location.ref}>
              <bdi dir="ltr">{location.ref}</bdi>
            </span>
            <Time at={new Date(location.recordedAt).toISOString()} />
            <CopyButton text={location.ref} label={`Copy ${location.ref}`} />
            <IconButton
              icon={FolderOpen}
              iconSize={12}
              label={`Open ${location.ref}`}
              onPress={() => void open(location)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
