import type { Source } from '../../../shared/model/source.ts';
import { splitLocation } from '../../../shared/oci/location.ts';
import { usePreferences } from '../../base/window-state.ts';
import { useRead, useSources } from '../../client/hooks.ts';
import { REFERENCE_SCHEMES, type TargetKind, type TransferAddress, targetText } from './transfer-address.ts';

/** Where a transfer goes, and what else could be chosen. */
export interface Target {
  readonly kind: TargetKind;
  /** As typed. */
  readonly typed: string;
  /** As the engine takes it; "" while nothing is chosen. */
  readonly to: string;
  /** What it is called in a sentence. */
  readonly name: string;
  /** Open stores that are not the source itself. */
  readonly stores: readonly Source[];
  /** Where a new store is proposed. */
  readonly newStore: string;
  /** References of this kind to propose: of exports before, and of what is open. */
  readonly references: readonly string[];
}

/** Where it goes: what the address says, else what fits: an open store, a new one, or for a store a folder beside it. */
export function useTarget(source: Source, address: TransferAddress): Target {
  const sources = useSources() ?? [];
  const info = useRead('app.info', {}, { versioned: false }).data;
  const recent = usePreferences((preferences) => preferences.recentTargets);
  const known = [...new Set([...recent, ...sources.map((one) => one.location)])];
  const referencesOf = (kind: TargetKind) =>
    known.filter((one) => one !== source.location && splitLocation(one).scheme === REFERENCE_SCHEMES[kind]);
  const recentOf = (kind: TargetKind) => recent.find((one) => splitLocation(one).scheme === REFERENCE_SCHEMES[kind]);
  const stores = sources.filter((one) => one.can.receive && one.id !== source.id);
  const kind = address.kind ?? (source.can.receive ? 'folder' : 'store');
  const newStore = info?.storeFolder ?? '';
  const proposed: Readonly<Record<TargetKind, string>> = {
    store: stores[0]?.location ?? newStore,
    folder: info ? `${info.homeFolder}/${folderName(source.name)}-export` : '',
    registry: recentOf('registry') ?? '',
    s3: recentOf('s3') ?? '',
  };
  const typed = address.to ?? proposed[kind];
  const to = targetText(kind, typed);
  const name = stores.find((store) => store.location === to)?.name ?? to;
  const references = REFERENCE_SCHEMES[kind] === undefined ? [] : referencesOf(kind);
  return { kind, typed, to, name, stores, newStore, references };
}

/** The name of a source as the name of a folder: of a reference its last part. */
function folderName(name: string): string {
  const last = name.split('/').at(-1) ?? name;
  return last.replace(/\.tar$/, '').replaceAll(':', '-');
}
