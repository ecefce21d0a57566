import type { CacheForm } from './source.ts';

/** What the form of a cache allows. */
export interface FormRules {
  /** A build can find records of it by their keys, so that it can be copied as a cache. */
  readonly hasKeys: boolean;
  /** Its reference is a name by which builds ask for it. */
  readonly isNamed: boolean;
  /** Records of it may be planned to go: they are part of nothing else. */
  readonly mayLosePart: boolean;
  /** A prune can write its documents anew in this form. */
  readonly isRewritable: boolean;
  /** How its config stands to the one that BuildKit would write: the same, in another order, or none at all. */
  readonly config: 'canonical' | 'unsorted' | 'none';
  /** The form it is written in where nothing else is asked for. */
  readonly writtenAs: 'image-manifest' | 'index-oci' | 'index-docker';
}

const DOCUMENT = {
  hasKeys: true,
  isNamed: true,
  mayLosePart: true,
  isRewritable: true,
  config: 'canonical',
} as const;

/** A cache that is part of an image. */
const INSIDE = {
  hasKeys: true,
  isNamed: true,
  mayLosePart: false,
  isRewritable: false,
  config: 'unsorted',
  writtenAs: 'image-manifest',
} as const;

/** A daemon's state, which stands in no document. */
const STATE = {
  isNamed: false,
  mayLosePart: true,
  isRewritable: false,
  config: 'none',
  writtenAs: 'image-manifest',
} as const;

/** What each form allows. Nobody else asks for a form by name, but who reads or writes it. */
export const CACHE_FORMS: Readonly<Record<CacheForm, FormRules>> = {
  'image-manifest': { ...DOCUMENT, writtenAs: 'image-manifest' },
  'index-oci': { ...DOCUMENT, writtenAs: 'index-oci' },
  'index-docker': { ...DOCUMENT, writtenAs: 'index-docker' },
  inline: INSIDE,
  // Its config stands in its manifest, as BuildKit writes it elsewhere.
  s3: { ...DOCUMENT, isRewritable: false, writtenAs: 'image-manifest' },
  solver: { ...STATE, hasKeys: true },
  references: { ...STATE, hasKeys: false },
};
