import type { InputOf } from '../../client/procedures.ts';

/** Where it goes: into a managed store (an import) or a folder (an export). */
export type TargetKind = 'store' | 'folder';

/** What the address says of a transfer. `asIs`: as the source has it. */
export interface TransferAddress {
  /** Absent: what fits the source. */
  readonly kind: TargetKind | undefined;
  /** Path of the target; absent: the proposed one. */
  readonly to: string | undefined;
  /** One of several caches; absent: all. */
  readonly ref: string | undefined;
  readonly mode: 'min' | 'max';
  readonly format: 'asIs' | 'index' | 'manifest';
  readonly types: 'asIs' | 'oci' | 'docker';
}

const oneOf = <T extends string>(value: string | null, all: readonly T[]): T | undefined =>
  all.find((one) => one === value);

/** Reads the address; what it does not say, or says wrongly, has its default. */
export function readTransfer(params: URLSearchParams): TransferAddress {
  return {
    kind: oneOf(params.get('kind'), ['store', 'folder']),
    to: params.get('to') ?? undefined,
    ref: params.get('ref') ?? undefined,
    mode: oneOf(params.get('mode'), ['min', 'max']) ?? 'max',
    format: oneOf(params.get('format'), ['index', 'manifest']) ?? 'asIs',
    types: oneOf(params.get('types'), ['oci', 'docker']) ?? 'asIs',
  };
}

/** The search parameters of an address. */
export function transferParams(address: TransferAddress): Readonly<Record<string, string | undefined>> {
  return {
    kind: address.kind,
    to: address.to,
    ref: address.ref,
    mode: address.mode === 'max' ? undefined : address.mode,
    format: address.format === 'asIs' ? undefined : address.format,
    types: address.types === 'asIs' ? undefined : address.types,
  };
}

/** The options of the contract. */
export function transferOptions({ ref, mode, format, types }: TransferAddress): TransferInput['options'] {
  return {
    mode,
    ...(ref === undefined ? {} : { ref }),
    ...(format === 'asIs' ? {} : { format }),
    ...(types === 'asIs' ? {} : { ociMediaTypes: types === 'oci' }),
  };
}

export type TransferInput = InputOf<'transfer.preview'>;

/** The command line that does the same. */
export function transferCommand(
  address: TransferAddress,
  kind: TargetKind,
  from: string,
  to: string,
): readonly string[] {
  return [
    kind === 'store' ? 'import' : 'export',
    from,
    ...(address.ref === undefined ? [] : ['--ref', address.ref]),
    '--to',
    to,
    '--mode',
    address.mode,
    ...(address.format === 'asIs' ? [] : ['--format', address.format]),
    ...(address.types === 'asIs' ? [] : ['--oci-mediatypes', String(address.types === 'oci')]),
  ];
}
