import { FolderOpen } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { BlobPlace } from '../../../shared/model/blob-place.ts';
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
  places,
  onGone,
}: {
  readonly digest: string;
  readonly places: readonly BlobPlace[];
  /** A place turned out not to be there: the list is not right any more. */
  readonly onGone: () => void;
}) {
  const engine = useEngine();
  const { fail } = useShell();
  if (places.length === 0) return null;

  const open = async ({ location, sourceId }: BlobPlace) => {
    try {
      const id = sourceId ?? (await engine.layers.openPlace({ digest, location })).source.id;
      navigate(sourceHref(id, 'overview'));
    } catch (error) {
      fail(`${location} was not opened`, error);
      if (isCacheError(error, 'NOT_FOUND')) onGone();
    }
  };

  return (
    <Section title="Also in" note={places.length}>
      <ul>
        {places.map((place) => (
          <li key={place.location} className={styles.place}>
            <Icon of={PLACE_ICONS[place.kind]} size={12} className="t3" />
            {/* The end of a path tells places apart: what is cut off is its beginning. */}
            <span className={styles.placeName} data-tip={place.location}>
              <bdi dir="ltr">{place.location}</bdi>
            </span>
            {place.recordedAt !== undefined && <Time at={new Date(place.recordedAt).toISOString()} />}
            <CopyButton text={place.location} label={`Copy ${place.location}`} />
            <IconButton
              icon={FolderOpen}
              iconSize={12}
              label={`Open ${place.location}`}
              onPress={() => void open(place)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
