import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { Column } from './column.ts';
import { DocumentReader } from './document-reader.ts';
import { FieldNames } from './field-names.ts';
import { type PackedTexts, packTexts, textAt, textBuffers, unpackTexts } from './packed-texts.ts';
import { FieldFault } from './scanner.ts';
import { TEXT_IS } from './text-table.ts';

const FIELDS = new FieldNames(['mediaType', 'config', 'layers', 'manifests']);
const FORM = { name: 'manifest', subject: 'manifest', fields: FIELDS, lists: [false, false, true, true] };
const DESCRIPTOR = new FieldNames(['mediaType', 'digest', 'size', 'annotations']);

/** Descriptors as columns: what travels between threads. Every text is an index into `packedTexts`. */
export interface PackedDescriptors {
  readonly packedTexts: PackedTexts;
  readonly mediaType: Uint32Array<ArrayBuffer>;
  readonly digest: Uint32Array<ArrayBuffer>;
  /** Bytes, in doubles: sizes go beyond 32 bits. */
  readonly size: Float64Array<ArrayBuffer>;
  /** Descriptor → its annotations, one entry more than there are descriptors. */
  readonly annotationOffset: Uint32Array<ArrayBuffer>;
  readonly annotationKey: Uint32Array<ArrayBuffer>;
  readonly annotationValue: Uint32Array<ArrayBuffer>;
}

/** A manifest or index as it stands in a blob. Which fields are there decides what it is: see `describeManifest`. */
export interface ManifestDocument {
  readonly mediaType: string;
  /** The `config` field, where there is one. */
  readonly config: Descriptor | undefined;
  /** The `layers` or `manifests` list. */
  readonly descriptors: PackedDescriptors;
  readonly has: { readonly config: boolean; readonly layers: boolean; readonly manifests: boolean };
}

/** Reads a manifest or index into columns of descriptors. */
class ManifestReader extends DocumentReader {
  readonly mediaType = new Column();
  readonly digest = new Column();
  readonly sizeHigh = new Column();
  readonly sizeLow = new Column();
  readonly annotationOffset = new Column();
  readonly annotationKey = new Column();
  readonly annotationValue = new Column();
  ownMediaType = 0;
  config = -1;
  readonly has = { config: false, layers: false, manifests: false };
  #annotations = 0;
  #before = 0;

  constructor() {
    super(FORM);
    this.annotationOffset.push(0);
  }

  finishTexts(): PackedTexts {
    return this.scanner.texts.finish();
  }

  protected override mark(): void {
    this.#annotations = this.annotationKey.length;
  }

  protected override restore(): void {
    this.annotationKey.length = this.#annotations;
    this.annotationValue.length = this.#annotations;
  }

  protected override countOf(): number {
    return this.digest.length - this.#before;
  }

  protected override field(section: number): void {
    if (section === 0) {
      this.ownMediaType = this.scanner.text();
      return;
    }
    this.#descriptor();
    this.config = this.digest.length - 1;
    this.has.config = true;
    this.#before = this.digest.length;
  }

  protected override element(section: number): void {
    if (section === 2) this.has.layers = true;
    else this.has.manifests = true;
    this.#descriptor();
  }

  #descriptor(): void {
    const s = this.scanner;
    let mediaType = 0;
    let digest = 0;
    let size = 0;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(DESCRIPTOR, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.part = DESCRIPTOR.names[field] ?? '';
        if (field === 3) this.#readAnnotations();
        else if (s.isNull()) continue;
        else if (field === 0) mediaType = s.text();
        else if (field === 1) digest = s.text();
        else size = this.#size();
      } while (this.moreFields());
    }
    this.part = 'digest';
    this.require(digest, TEXT_IS.digest);
    this.mediaType.push(mediaType);
    this.sizeHigh.push(Math.floor(size / 2 ** 32));
    this.sizeLow.push(size % 2 ** 32);
    this.annotationOffset.push(this.annotationKey.length);
    this.digest.push(digest);
  }

  #readAnnotations(): void {
    const s = this.scanner;
    if (!this.opens()) return;
    do {
      s.key();
      this.annotationKey.push(s.internKey());
      this.annotationValue.push(s.isNull() ? 0 : s.freshText());
    } while (this.moreFields());
  }

  #size(): number {
    const size = this.scanner.integer();
    if (size >= 0) return size;
    throw new FieldFault('CORRUPT', `A size cannot be ${size}.`);
  }
}

/**
 * Reads a manifest or index document.
 * @throws `CORRUPT` or `INVALID_INPUT` whose subject is the path of the field, such as `layers[3].digest`
 */
export async function readManifest(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (bytes: number) => void } = {},
): Promise<ManifestDocument> {
  const reader = new ManifestReader();
  let bytes = 0;
  for await (const chunk of chunks) {
    throwIfAborted(options.signal);
    reader.feed(chunk);
    bytes += chunk.length;
    options.onProgress?.(bytes);
  }
  reader.end();
  const { ownMediaType, config, has } = reader;
  const high = reader.sizeHigh.finish();
  const low = reader.sizeLow.finish();
  const packed = {
    mediaType: reader.mediaType.finish(),
    digest: reader.digest.finish(),
    size: Float64Array.from(low, (value, i) => (high[i] as number) * 2 ** 32 + value),
    annotationOffset: reader.annotationOffset.finish(),
    annotationKey: reader.annotationKey.finish(),
    annotationValue: reader.annotationValue.finish(),
    packedTexts: reader.finishTexts(),
  };
  return {
    mediaType: textAt(packed.packedTexts, ownMediaType),
    config: config < 0 ? undefined : descriptorAt(packed, config),
    descriptors: config < 0 ? packed : without(packed, config),
    has,
  };
}

/** How many descriptors there are. */
export function countOf(packed: PackedDescriptors): number {
  return packed.digest.length;
}

/** One descriptor, its strings made anew. */
export function descriptorAt(packed: PackedDescriptors, index: number): Descriptor {
  return makeDescriptor(packed, index, (text) => textAt(packed.packedTexts, text));
}

/** The media type of a descriptor. */
export function mediaTypeAt(packed: PackedDescriptors, index: number): string {
  return textAt(packed.packedTexts, packed.mediaType[index] as number);
}

/** The columns without one descriptor; texts stay. */
export function without(packed: PackedDescriptors, index: number): PackedDescriptors {
  const from = packed.annotationOffset[index] as number;
  const to = packed.annotationOffset[index + 1] as number;
  const annotationOffset = cut(packed.annotationOffset, index + 1, index + 2);
  for (let i = index + 1; i < annotationOffset.length; i++) {
    annotationOffset[i] = (annotationOffset[i] as number) - (to - from);
  }
  return {
    packedTexts: packed.packedTexts,
    mediaType: cut(packed.mediaType, index, index + 1),
    digest: cut(packed.digest, index, index + 1),
    size: cut(packed.size, index, index + 1),
    annotationOffset,
    annotationKey: cut(packed.annotationKey, from, to),
    annotationValue: cut(packed.annotationValue, from, to),
  };
}

/** A column without the entries `[from, to)`. */
function cut<T extends Uint32Array | Float64Array>(column: T, from: number, to: number): T {
  const rest = column.slice(0, column.length - (to - from)) as T;
  rest.set(column.subarray(to), from);
  return rest;
}

/** Every buffer, for a transfer list. */
export function descriptorBuffers(packed: PackedDescriptors): ArrayBuffer[] {
  const { packedTexts, ...columns } = packed;
  return [...textBuffers(packedTexts), ...Object.values(columns).map((view) => view.buffer)];
}

const SLICE = 20_000;

/** Makes the objects and uses the texts up; it yields every some thousands, so that a caller on an event loop can pause. */
export function* unpackDescriptors(packed: PackedDescriptors): Generator<undefined, Descriptor[]> {
  const texts = yield* unpackTexts(packed.packedTexts);
  const descriptors = new Array<Descriptor>(countOf(packed));
  for (let i = 0; i < descriptors.length; i++) {
    descriptors[i] = makeDescriptor(packed, i, (text) => texts[text] ?? '');
    if (i % SLICE === SLICE - 1) yield;
  }
  return descriptors;
}

/** Columns of a few descriptors. */
export function packDescriptors(descriptors: readonly Descriptor[]): PackedDescriptors {
  const texts: string[] = [];
  const put = (text: string) => texts.push(text) - 1;
  const pairs = descriptors.map((descriptor) => Object.entries(descriptor.annotations ?? {}));
  let annotations = 0;
  const offsets = pairs.map((list) => {
    annotations += list.length;
    return annotations;
  });
  return {
    mediaType: Uint32Array.from(descriptors, ({ mediaType }) => put(mediaType)),
    digest: Uint32Array.from(descriptors, ({ digest }) => put(digest)),
    size: Float64Array.from(descriptors, ({ size }) => size),
    annotationOffset: Uint32Array.from([0, ...offsets]),
    annotationKey: Uint32Array.from(pairs.flat(), ([key]) => put(key)),
    annotationValue: Uint32Array.from(pairs.flat(), ([, value]) => put(value)),
    packedTexts: packTexts(texts),
  };
}

function makeDescriptor(packed: PackedDescriptors, index: number, text: (index: number) => string): Descriptor {
  const from = packed.annotationOffset[index] as number;
  const to = packed.annotationOffset[index + 1] as number;
  const mediaType = text(packed.mediaType[index] as number);
  const digest = text(packed.digest[index] as number);
  const size = packed.size[index] as number;
  if (from === to) return { mediaType, digest, size };
  const pairs: [string, string][] = [];
  for (let i = from; i < to; i++) {
    pairs.push([text(packed.annotationKey[i] as number), text(packed.annotationValue[i] as number)]);
  }
  return { mediaType, digest, size, annotations: Object.fromEntries(pairs) };
}
