import { Cloud, Database, HardDrive, List, type LucideIcon, Package } from 'lucide-react';
import type { CacheForm, Source, SourceKind } from '../../shared/model/source.ts';
import type { Transport } from '../../shared/oci/reference.ts';

/** Icon of each kind of source. */
export const SOURCE_ICONS: Readonly<Record<SourceKind, LucideIcon>> = {
  'oci-layout': Package,
  'oci-tar': Package,
  store: Database,
  registry: Cloud,
  s3: Cloud,
  'state-folder': HardDrive,
  'du-listing': List,
};

/** Icon of each kind of place that a blob was seen in: that of the source it opens as. */
export const PLACE_ICONS: Readonly<Record<Transport, LucideIcon>> = {
  oci: Package,
  'oci-archive': Package,
  'docker-archive': Package,
  docker: Cloud,
  s3: Cloud,
  store: Database,
};

/** What each kind is called. */
export const SOURCE_KIND_NAMES: Readonly<Record<SourceKind, string>> = {
  'oci-layout': 'OCI layout',
  'oci-tar': 'OCI layout in a tar',
  store: 'managed store',
  registry: 'registry',
  s3: 'S3 bucket',
  'state-folder': 'BuildKit state folder',
  'du-listing': 'du listing',
};

/** What each form of a manifest is called. */
export const FORM_NAMES: Readonly<Record<CacheForm, string>> = {
  'image-manifest': 'image manifest',
  'index-oci': 'index, OCI types',
  'index-docker': 'index, Docker types',
  inline: 'inline in an image',
  s3: 'S3',
  solver: 'key graph of a daemon',
  references: 'records of a daemon',
};

/** The second line of a source in the list: what it is, and which caches it holds. */
export function describeSource(source: Source): string {
  if (source.state === 'failed') return source.error?.message ?? 'cannot be read';
  if (source.state === 'opening') return 'opening';
  const refs = source.caches.map((cache) => cache.ref).filter((ref) => ref !== '');
  const kind = `${source.sample ? 'sample · ' : ''}${SOURCE_KIND_NAMES[source.kind]}`;
  if (source.state === 'listed') return `${kind} · not read yet`;
  if (source.caches.length === 0 && source.can.receive) return `${kind} · empty`;
  if (refs.length > 1 && refs.length <= 3) return `${kind} · ${refs.join(', ')}`;
  return refs.length > 3 ? `${kind} · ${refs.length} references` : kind;
}
