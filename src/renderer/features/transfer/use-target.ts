import type { Source } from '../../../shared/model/source.ts';
import { isRegistryLocation } from '../../../shared/oci/location.ts';
import { usePreferences } from '../../base/window-state.ts';
import { useRead, useSources } from '../../client/hooks.ts';
import { type TargetKind, type TransferAddress, targetText } from './transfer-address.ts';

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
  /** References to propose: of exports before, and of registries that are open. */
  readonly repositories: readonly string[];
}

/** Where it goes: what the address says, else what fits: an open store, a new one, or for a store a folder beside it. */
export function useTarget(source: Source, address: TransferAddress): Target {
  const sources = useSources() ?? [];
  const info = useRead('app.info', {}, { versioned: false }).data;
  const recent = usePreferences((preferences) => preferences.recentTargets);
  const open = sources.filter((one) => isRegistryLocation(one.location)).map((one) => one.location);
  const repositories = [...new Set([...recent, ...open])].filter((one) => one !== source.location);
  const stores = sources.filter((one) => one.can.receive && one.id !== source.id);
  const kind = address.kind ?? (source.can.receive ? 'folder' : 'store');
  const newStore = info?.storeFolder ?? '';
  const proposed: Readonly<Record<TargetKind, string>> = {
    store: stores[0]?.location ?? newStore,
    folder: info ? `${info.homeFolder}/${folderName(source.name)}-export` : '',
    registry: recent[0] ?? '',
  };
  const typed = address.to ?? proposed[kind];
  const to = targetText(kind, typed);
  const name = stores.find((store) => store.location === to)?.name ?? to;
  return { kind, typed, to, name, stores, newStore, repositories };
}

/** The name of a source as the name of a folder: of a reference its last part. */
function folderName(name: string): string {
  const last = name.split('/').at(-1) ?? name;
  return last.replace(/\.tar$/, '').replaceAll(':', '-');
}
