import { isRegistryLocation, isS3Location, splitLocation } from '../../../shared/oci/location.ts';
import type { InputOf } from '../../client/procedures.ts';

/** Where it goes: into a managed store (an import), a folder, a repository of a registry or a bucket (an export). */
export const TARGET_KINDS = ['store', 'folder', 'registry', 's3'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** A target that is a reference and not a path, and the word that is put before it where it has none. */
export const REFERENCE_SCHEMES: Readonly<Partial<Record<TargetKind, string>>> = { registry: 'docker', s3: 's3' };

/** What the address says of a transfer. `asIs`: as the source has it. */
export interface TransferAddress {
  /** Absent: what fits the source. */
  readonly kind: TargetKind | undefined;
  /** Path or reference of the target; absent: the proposed one. */
  readonly to: string | undefined;
  /** One of several caches; absent: all. */
  readonly ref: string | undefined;
  /** The name at the target; absent: the one it has, or of its folder where a store holds another cache. */
  readonly as: string | undefined;
  /** Whether a cache that a store holds under the name goes to its trash. */
  readonly replace: boolean;
  /** Whether what stands under the name stays, joined with what is written. */
  readonly merge: boolean;
  /** Ids of sources whose caches are joined with those of this one. */
  readonly join: readonly string[];
  /** Only what this record needs: its id or digest; absent: everything. */
  readonly key: string | undefined;
  readonly mode: 'min' | 'max';
  readonly format: 'asIs' | 'index' | 'manifest';
  readonly types: 'asIs' | 'oci' | 'docker';
  readonly compression: 'asIs' | 'gzip' | 'zstd';
}

const oneOf = <T extends string>(value: string | null, all: readonly T[]): T | undefined =>
  all.find((one) => one === value);

/** Reads the address; what it does not say, or says wrongly, has its default. */
export function readTransfer(params: URLSearchParams): TransferAddress {
  const to = params.get('to') ?? undefined;
  return {
    kind: oneOf(params.get('kind'), TARGET_KINDS) ?? kindOf(to),
    to,
    ref: params.get('ref') ?? undefined,
    as: params.get('as') ?? undefined,
    replace: params.get('replace') === 'yes',
    merge: params.get('merge') === 'yes',
    join:
      params
        .get('join')
        ?.split(',')
        .filter((id) => id !== '') ?? [],
    key: params.get('key') ?? undefined,
    mode: oneOf(params.get('mode'), ['min', 'max']) ?? 'max',
    format: oneOf(params.get('format'), ['index', 'manifest']) ?? 'asIs',
    types: oneOf(params.get('types'), ['oci', 'docker']) ?? 'asIs',
    compression: oneOf(params.get('compression'), ['gzip', 'zstd']) ?? 'asIs',
  };
}

/** A target that names its transport leaves no doubt what it is. */
function kindOf(to: string | undefined): TargetKind | undefined {
  if (to === undefined) return undefined;
  if (isS3Location(to)) return 's3';
  return isRegistryLocation(to) ? 'registry' : undefined;
}

/** The search parameters of an address. */
export function transferParams(address: TransferAddress): Readonly<Record<string, string | undefined>> {
  const said = <T extends string>(value: T): T | undefined => (value === 'asIs' ? undefined : value);
  return {
    kind: address.kind,
    to: address.to,
    ref: address.ref,
    as: address.as,
    replace: address.replace ? 'yes' : undefined,
    merge: address.merge ? 'yes' : undefined,
    join: address.join.length === 0 ? undefined : address.join.join(','),
    key: address.key,
    mode: address.mode === 'max' ? undefined : address.mode,
    format: said(address.format),
    types: said(address.types),
    compression: said(address.compression),
  };
}

/** The target as the engine takes it: a reference is written with its transport, whether or not it was typed. */
export function targetText(kind: TargetKind, typed: string): string {
  const text = typed.trim();
  const scheme = REFERENCE_SCHEMES[kind];
  return scheme === undefined || text === '' || splitLocation(text).scheme !== undefined ? text : `${scheme}://${text}`;
}

/** True where a name or password stands in a reference: it would be kept and shown. A digest stands there by right. */
export function hasCredentials(reference: string): boolean {
  return /@(?![a-z0-9]+:[0-9a-f]+$)/.test(reference.trim());
}

/** True where the manifest has one form only. */
export function hasOneForm(kind: TargetKind): boolean {
  return kind === 's3';
}

/** The options of the contract. */
export function transferOptions(
  { ref, as, replace, merge, key, mode, format, types, compression }: TransferAddress,
  kind: TargetKind,
): TransferInput['options'] {
  return {
    mode,
    ...(ref === undefined ? {} : { ref }),
    ...(as === undefined ? {} : { as }),
    ...(replace && !merge ? { replace } : {}),
    ...(merge ? { merge } : {}),
    ...(key === undefined ? {} : { key }),
    ...(format === 'asIs' || hasOneForm(kind) ? {} : { format }),
    ...(types === 'asIs' || hasOneForm(kind) ? {} : { ociMediaTypes: types === 'oci' }),
    ...(compression === 'asIs' ? {} : { compression }),
  };
}

export type TransferInput = InputOf<'transfer.preview'>;

/** The command line that does the same. @param from locations of the source and of those that are joined with it */
export function transferCommand(
  address: TransferAddress,
  kind: TargetKind,
  from: readonly string[],
  to: string,
): readonly string[] {
  return [
    kind === 'store' ? 'import' : 'export',
    ...from,
    ...(address.ref === undefined ? [] : ['--ref', address.ref]),
    ...(address.as === undefined ? [] : ['--as', address.as]),
    ...(address.replace && !address.merge ? ['--replace'] : []),
    ...(address.merge ? ['--merge'] : []),
    ...(address.key === undefined ? [] : ['--key', address.key]),
    '--to',
    to,
    '--mode',
    address.mode,
    ...(address.format === 'asIs' || hasOneForm(kind) ? [] : ['--format', address.format]),
    ...(address.types === 'asIs' || hasOneForm(kind) ? [] : ['--oci-mediatypes', String(address.types === 'oci')]),
    ...(address.compression === 'asIs' ? [] : ['--compression', address.compression]),
  ];
}
