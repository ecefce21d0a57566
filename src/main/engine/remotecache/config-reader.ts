import type { ChainedResult } from '../model/cache-config.ts';
import { Column } from './column.ts';
import { DocumentReader } from './document-reader.ts';
import { FieldNames } from './field-names.ts';
import type { PackedTexts } from './packed-texts.ts';
import { FieldFault } from './scanner.ts';
import { TEXT_IS } from './text-table.ts';

/** What Go writes for a time that was never set. */
const ZERO_TIME = '0001-01-01T00:00:00Z';

const FORM = {
  name: 'cache config',
  subject: 'config',
  fields: new FieldNames(['layers', 'records']),
  lists: [true, true],
};
const LAYER = new FieldNames(['blob', 'parent', 'annotations']);
const RECORD = new FieldNames(['layers', 'chains', 'digest', 'inputs']);
const RESULT = new FieldNames(['layer', 'createdAt']);
const CHAIN = new FieldNames(['layers', 'createdAt']);
const INPUT = new FieldNames(['selector', 'link']);
const MAX_INDEX = 0x7fff_ffff;

/** Reads a cache config v0 straight into the columns of `CacheConfig`. Indexes are not checked here: see `check.ts`. */
export class ConfigReader extends DocumentReader {
  readonly layerBlob = new Column();
  readonly layerParent = new Column();
  readonly layerAnnotations = new Map<number, string>();
  readonly recordDigest = new Column();
  readonly inputOffset = new Column();
  readonly alternativeOffset = new Column();
  readonly alternativeLink = new Column();
  readonly alternativeSelector = new Column();
  readonly resultOffset = new Column();
  readonly resultLayer = new Column();
  readonly resultCreatedAt = new Column();
  readonly chains: ChainedResult[] = [];
  #inputs = 0;
  #alternatives = 0;
  #results = 0;
  #chained = 0;

  constructor() {
    super(FORM);
    this.inputOffset.push(0);
    this.alternativeOffset.push(0);
    this.resultOffset.push(0);
  }

  finishTexts(): PackedTexts {
    return this.scanner.texts.finish();
  }

  protected override mark(): void {
    this.#inputs = this.alternativeOffset.length;
    this.#alternatives = this.alternativeLink.length;
    this.#results = this.resultLayer.length;
    this.#chained = this.chains.length;
  }

  /** Layers and what a record pushes last are only pushed when complete. */
  protected override restore(): void {
    this.alternativeOffset.length = this.#inputs;
    this.alternativeLink.length = this.#alternatives;
    this.alternativeSelector.length = this.#alternatives;
    this.resultLayer.length = this.#results;
    this.resultCreatedAt.length = this.#results;
    this.chains.length = this.#chained;
  }

  protected override countOf(section: number): number {
    return section === 0 ? this.layerBlob.length : this.recordDigest.length;
  }

  protected override field(): void {
    throw new FieldFault('INTERNAL', 'a cache config has lists only');
  }

  protected override element(section: number): void {
    if (section === 0) this.#layer();
    else this.#record();
  }

  #layer(): void {
    const s = this.scanner;
    let blob = 0;
    let parent = 0;
    let annotations: string | undefined;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(LAYER, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.part = LAYER.names[field] ?? '';
        if (s.isNull()) continue;
        if (field === 0) blob = s.text();
        else if (field === 1) parent = this.#index(-1);
        else {
          if (s.peek() !== 0x7b) s.unexpected('An object');
          annotations = s.rawText();
        }
      } while (this.moreFields());
    }
    this.part = 'blob';
    this.require(blob, TEXT_IS.digest);
    if (annotations !== undefined) this.layerAnnotations.set(this.layerBlob.length, annotations);
    this.layerParent.push(parent);
    this.layerBlob.push(blob);
  }

  #record(): void {
    const s = this.scanner;
    let digest = 0;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(RECORD, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.part = RECORD.names[field] ?? '';
        if (field === 2) {
          if (!s.isNull()) digest = s.text();
        } else if (this.lists()) {
          this.first = 0;
          do {
            if (field === 0) this.#result();
            else if (field === 1) this.#chain();
            else this.#input();
            this.first++;
          } while (this.moreElements());
          this.first = -1;
        }
      } while (this.moreFields());
    }
    this.part = 'digest';
    this.require(digest, TEXT_IS.key);
    this.inputOffset.push(this.alternativeOffset.length - 1);
    this.resultOffset.push(this.resultLayer.length);
    this.recordDigest.push(digest);
  }

  #result(): void {
    const s = this.scanner;
    let layer = 0;
    let createdAt = -1;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(RESULT, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.leaf = RESULT.names[field] ?? '';
        if (s.isNull()) continue;
        if (field === 0) layer = this.#index(0);
        else createdAt = this.#time();
      } while (this.moreFields());
    }
    this.leaf = '';
    this.resultLayer.push(layer);
    this.resultCreatedAt.push(createdAt < 0 ? s.intern(ZERO_TIME) : createdAt);
  }

  #chain(): void {
    const s = this.scanner;
    const layers: number[] = [];
    let createdAt = ZERO_TIME;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(CHAIN, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.leaf = CHAIN.names[field] ?? '';
        if (field === 1) {
          if (!s.isNull()) createdAt = new TextDecoder().decode(s.texts.bytes(this.#time()));
        } else if (this.lists()) {
          do layers.push(s.isNull() ? 0 : this.#index(0));
          while (this.moreElements());
        }
      } while (this.moreFields());
    }
    this.leaf = '';
    this.chains.push({ record: this.recordDigest.length, layers, createdAt });
  }

  #input(): void {
    if (!this.lists()) throw new FieldFault('CORRUPT', 'This input has no alternative: nothing could ever match it.');
    this.second = 0;
    do {
      this.#alternative();
      this.second++;
    } while (this.moreElements());
    this.second = -1;
    this.alternativeOffset.push(this.alternativeLink.length);
  }

  #alternative(): void {
    const s = this.scanner;
    let selector = 0;
    let link = 0;
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(INPUT, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.leaf = INPUT.names[field] ?? '';
        if (s.isNull()) continue;
        if (field === 0) selector = s.text();
        else link = this.#index(0);
      } while (this.moreFields());
    }
    this.leaf = '';
    this.alternativeLink.push(link);
    this.alternativeSelector.push(selector);
  }

  /** An index; whether it is too large is asked at the end, when the counts are known. */
  #index(least: number): number {
    const value = this.scanner.integer();
    if (value >= least && value <= MAX_INDEX) return value;
    throw new FieldFault('CORRUPT', `The index ${value} is out of range.`);
  }

  #time(): number {
    const text = this.scanner.text();
    this.require(text, TEXT_IS.time);
    return text;
  }
}
