import { CacheError } from '../../../shared/base/errors.ts';
import type { ChainedResult } from './cache-config.ts';
import { Column } from './column.ts';
import { FieldNames } from './field-names.ts';
import { FieldFault, Scanner, WindowEnd } from './scanner.ts';
import { isDigestText, isKeyText, isTimeText } from './text-form.ts';
import { TEXT_IS } from './text-table.ts';

/** The largest config that is read; BuildKit itself stops at 1 MiB. */
export const MAX_CONFIG_BYTES = 512 * 1024 * 1024;

/** What Go writes for a time that was never set. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

const TOP = new FieldNames(['layers', 'records']);
const LAYER = new FieldNames(['blob', 'parent', 'annotations']);
const RECORD = new FieldNames(['layers', 'chains', 'digest', 'inputs']);
const RESULT = new FieldNames(['layer', 'createdAt']);
const CHAIN = new FieldNames(['layers', 'createdAt']);
const INPUT = new FieldNames(['selector', 'link']);

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const MAX_INDEX = 0x7fff_ffff;

/** Where the reader is between two whole elements of the document. */
type Step = 'start' | 'first-field' | 'field' | 'first-element' | 'element' | 'after-element' | 'after-field' | 'end';

/**
 * Reads a cache config as it comes in, straight into columns. Bytes are kept only until the element they belong to is
 * complete: when the window ends inside one, what was read of it is taken back and read again with more bytes.
 * Grammar and meaning of missing fields are those of Go's decoder on BuildKit's structs; see `parse.ts`.
 */
export class ConfigReader {
  readonly scanner = new Scanner();
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

  #step: Step = 'start';
  /** Field of the document being read: an index into `TOP`, -1 for another. */
  #section = -1;
  #seen = 0;
  #bytes = 0;
  #retryAt = 0;
  /** Path of the field being read, in parts that are cheap to set; -1 where there is no index. */
  #part = '';
  #first = -1;
  #second = -1;
  #leaf = '';

  constructor() {
    this.inputOffset.push(0);
    this.alternativeOffset.push(0);
    this.resultOffset.push(0);
  }

  /** Takes the next bytes of the document. @throws as `parseCacheConfig` */
  feed(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_CONFIG_BYTES) {
      throw new CacheError('INVALID_INPUT', 'The cache config is larger than 512 MiB.', {
        subject: 'config',
        hint: 'BuildKit reads none above 1 MiB; this is not one it wrote.',
      });
    }
    this.#append(chunk);
    if (this.scanner.end - this.scanner.pos < this.#retryAt) return;
    if (!this.#advance()) {
      // An element that does not fit is tried again only once there is twice as much of it: linear in all.
      this.#retryAt = this.#step === 'end' ? 0 : (this.scanner.end - this.scanner.pos) * 2;
    }
  }

  /** Says that there are no more bytes. @throws `CORRUPT` when the document is not complete */
  finish(): void {
    this.#advance();
    if (this.#step !== 'end') {
      throw new CacheError('CORRUPT', `The cache config ends in the middle, after ${this.#bytes} bytes.`, {
        subject: this.path(),
        hint: 'It was cut short when it was written or copied: export or copy the cache again.',
      });
    }
  }

  /** The field being read, as `records[17].inputs[0][1].link`. */
  path(): string {
    if (this.#section < 0) return 'config';
    const section = TOP.names[this.#section] ?? '';
    if (this.#step === 'field' || this.#step === 'after-field') return section;
    const element = this.#section === 0 ? this.layerBlob.length : this.recordDigest.length;
    const part = this.#part && `.${this.#part}`;
    const first = this.#first < 0 ? '' : `[${this.#first}]`;
    const second = this.#second < 0 ? '' : `[${this.#second}]`;
    return `${section}[${element}]${part}${first}${second}${this.#leaf && `.${this.#leaf}`}`;
  }

  #append(chunk: Uint8Array): void {
    const s = this.scanner;
    const left = s.end - s.pos;
    const wanted = left + chunk.length + 1;
    const into = wanted > s.buf.length ? new Uint8Array(Math.max(wanted, left * 2)) : s.buf;
    if (into !== s.buf) into.set(s.buf.subarray(s.pos, s.end));
    else if (s.pos > 0) into.copyWithin(0, s.pos, s.end);
    into.set(chunk, left);
    s.buf = into;
    s.pos = 0;
    s.end = left + chunk.length;
    into[s.end] = 0;
  }

  /** Reads whole elements until the window ends. @returns whether it got on at all */
  #advance(): boolean {
    const s = this.scanner;
    let moved = false;
    for (;;) {
      const mark = s.pos;
      const layers = this.layerBlob.length;
      const inputs = this.alternativeOffset.length;
      const alternatives = this.alternativeLink.length;
      const results = this.resultLayer.length;
      const chains = this.chains.length;
      try {
        this.#element();
      } catch (error) {
        if (error instanceof WindowEnd) {
          s.pos = mark;
          this.layerParent.length = layers;
          this.alternativeOffset.length = inputs;
          this.alternativeLink.length = alternatives;
          this.alternativeSelector.length = alternatives;
          this.resultLayer.length = results;
          this.resultCreatedAt.length = results;
          this.chains.length = chains;
          return moved;
        }
        throw error instanceof FieldFault ? this.#named(error) : error;
      }
      moved = true;
      this.#retryAt = 0;
    }
  }

  #named(fault: FieldFault): CacheError {
    const where = this.#bytes - (this.scanner.end - this.scanner.pos);
    const hint = fault.hint ?? `Byte ${where} of the cache config. Export the cache again.`;
    return new CacheError(fault.code, fault.message, { subject: this.path(), hint });
  }

  /** One step of the document: an element of `layers` or `records`, or what stands between two of them. */
  #element(): void {
    const s = this.scanner;
    switch (this.#step) {
      case 'start':
        s.take(OPEN_OBJECT, 'A cache config, which is an object,');
        this.#step = 'first-field';
        return;
      case 'first-field':
        if (s.peek() === CLOSE_OBJECT) {
          s.pos++;
          this.#step = 'end';
        } else this.#step = s.pos < s.end ? 'field' : s.unexpected('a field name');
        return;
      case 'field':
        this.#field();
        return;
      case 'first-element':
        this.#clearPath();
        if (s.peek() === CLOSE_LIST) {
          s.pos++;
          this.#step = 'after-field';
        } else this.#step = s.pos < s.end ? 'element' : s.unexpected('an element');
        return;
      case 'element':
        this.#clearPath();
        if (this.#section === 0) this.#layer();
        else this.#record();
        this.#step = 'after-element';
        return;
      case 'after-element':
        this.#clearPath();
        this.#step = s.more(CLOSE_LIST) ? 'element' : 'after-field';
        return;
      case 'after-field':
        this.#section = -1;
        this.#step = s.more(CLOSE_OBJECT) ? 'field' : 'end';
        return;
      default:
        if (s.peek() === 0 && s.pos >= s.end) throw new WindowEnd();
        this.#section = -1;
        throw new FieldFault('CORRUPT', 'There are more bytes behind the end of the cache config.');
    }
  }

  #field(): void {
    const s = this.scanner;
    this.#section = -1;
    s.key();
    const field = TOP.find(s);
    if (field < 0) {
      s.skip();
      this.#step = 'after-field';
      return;
    }
    this.#section = field;
    if (this.#seen & (1 << field)) throw duplicate();
    if (s.isNull()) this.#step = 'after-field';
    else {
      s.take(OPEN_LIST, 'A list');
      this.#step = 'first-element';
    }
    this.#seen |= 1 << field;
  }

  #clearPath(): void {
    this.#part = '';
    this.#first = -1;
    this.#second = -1;
    this.#leaf = '';
  }

  /** Consumes the opening brace; true when the object has fields. `null` is an object without any, as in Go. */
  #opens(): boolean {
    const s = this.scanner;
    if (s.isNull()) return false;
    s.take(OPEN_OBJECT, 'An object');
    if (s.peek() !== CLOSE_OBJECT) return true;
    s.pos++;
    return false;
  }

  /** Consumes the opening bracket; true when the list has elements. `null` is an empty list. */
  #lists(): boolean {
    const s = this.scanner;
    if (s.isNull()) return false;
    s.take(OPEN_LIST, 'A list');
    if (s.peek() !== CLOSE_LIST) return true;
    s.pos++;
    return false;
  }

  #layer(): void {
    const s = this.scanner;
    const index = this.layerBlob.length;
    let blob = 0;
    let parent = 0;
    let annotations: string | undefined;
    let seen = 0;
    if (this.#opens()) {
      do {
        s.key();
        const field = LAYER.find(s);
        if (field < 0) {
          s.skip();
          continue;
        }
        this.#part = LAYER.names[field] ?? '';
        if (seen & (1 << field)) throw duplicate();
        seen |= 1 << field;
        if (s.isNull()) continue;
        if (field === 0) blob = s.text();
        else if (field === 1) parent = this.#index(-1);
        else {
          if (s.peek() !== OPEN_OBJECT) s.unexpected('An object');
          annotations = s.rawText();
        }
      } while (s.more(CLOSE_OBJECT));
    }
    this.#part = 'blob';
    this.#require(blob, TEXT_IS.digest);
    // Kept only now: nothing may be left of an element that is read again.
    if (annotations !== undefined) this.layerAnnotations.set(index, annotations);
    this.layerParent.push(parent);
    this.layerBlob.push(blob);
  }

  #record(): void {
    const s = this.scanner;
    let digest = 0;
    let seen = 0;
    if (this.#opens()) {
      do {
        s.key();
        const field = RECORD.find(s);
        if (field < 0) {
          s.skip();
          continue;
        }
        this.#part = RECORD.names[field] ?? '';
        if (seen & (1 << field)) throw duplicate();
        seen |= 1 << field;
        if (field === 2) {
          if (!s.isNull()) digest = s.text();
        } else if (this.#lists()) {
          this.#first = 0;
          do {
            if (field === 0) this.#result();
            else if (field === 1) this.#chain();
            else this.#input();
            this.#first++;
          } while (s.more(CLOSE_LIST));
          this.#first = -1;
        }
      } while (s.more(CLOSE_OBJECT));
    }
    this.#part = 'digest';
    this.#require(digest, TEXT_IS.key);
    this.inputOffset.push(this.alternativeOffset.length - 1);
    this.resultOffset.push(this.resultLayer.length);
    this.recordDigest.push(digest);
  }

  #result(): void {
    const s = this.scanner;
    let layer = 0;
    let createdAt = -1;
    let seen = 0;
    if (this.#opens()) {
      do {
        s.key();
        const field = RESULT.find(s);
        if (field < 0) {
          s.skip();
          continue;
        }
        this.#leaf = RESULT.names[field] ?? '';
        if (seen & (1 << field)) throw duplicate();
        seen |= 1 << field;
        if (s.isNull()) continue;
        if (field === 0) layer = this.#index(0);
        else createdAt = this.#time();
      } while (s.more(CLOSE_OBJECT));
    }
    this.#leaf = '';
    this.resultLayer.push(layer);
    this.resultCreatedAt.push(createdAt < 0 ? s.intern(ZERO_TIME) : createdAt);
  }

  #chain(): void {
    const s = this.scanner;
    const layers: number[] = [];
    let createdAt = ZERO_TIME;
    let seen = 0;
    if (this.#opens()) {
      do {
        s.key();
        const field = CHAIN.find(s);
        if (field < 0) {
          s.skip();
          continue;
        }
        this.#leaf = CHAIN.names[field] ?? '';
        if (seen & (1 << field)) throw duplicate();
        seen |= 1 << field;
        if (field === 1) {
          if (!s.isNull()) createdAt = new TextDecoder().decode(s.texts.bytes(this.#time()));
        } else if (this.#lists()) {
          do layers.push(s.isNull() ? 0 : this.#index(0));
          while (s.more(CLOSE_LIST));
        }
      } while (s.more(CLOSE_OBJECT));
    }
    this.#leaf = '';
    this.chains.push({ record: this.recordDigest.length, layers, createdAt });
  }

  #input(): void {
    const s = this.scanner;
    if (!this.#lists()) {
      throw new FieldFault('CORRUPT', 'This input has no alternative: nothing could ever match it.');
    }
    this.#second = 0;
    do {
      this.#alternative();
      this.#second++;
    } while (s.more(CLOSE_LIST));
    this.#second = -1;
    this.alternativeOffset.push(this.alternativeLink.length);
  }

  #alternative(): void {
    const s = this.scanner;
    let selector = 0;
    let link = 0;
    let seen = 0;
    if (this.#opens()) {
      do {
        s.key();
        const field = INPUT.find(s);
        if (field < 0) {
          s.skip();
          continue;
        }
        this.#leaf = INPUT.names[field] ?? '';
        if (seen & (1 << field)) throw duplicate();
        seen |= 1 << field;
        if (s.isNull()) continue;
        if (field === 0) selector = s.text();
        else link = this.#index(0);
      } while (s.more(CLOSE_OBJECT));
    }
    this.#leaf = '';
    this.alternativeLink.push(link);
    this.alternativeSelector.push(selector);
  }

  /** An index; whether it is too large is asked at the end, when the counts are known. */
  #index(least: number): number {
    const value = this.scanner.integer();
    if (value < least || value > MAX_INDEX) {
      throw new FieldFault('CORRUPT', `The index ${value} is out of range.`);
    }
    return value;
  }

  #time(): number {
    const text = this.scanner.text();
    this.#require(text, TEXT_IS.time);
    return text;
  }

  /** Checks a text's form once for each distinct text. */
  #require(text: number, form: number): void {
    const { texts } = this.scanner;
    if (texts.form(text) & form) return;
    const bytes = texts.bytes(text);
    const ok =
      form === TEXT_IS.digest ? isDigestText(bytes) : form === TEXT_IS.key ? isKeyText(bytes) : isTimeText(bytes);
    if (ok) {
      texts.mark(text, form);
      return;
    }
    const shown = new TextDecoder().decode(bytes.subarray(0, 100));
    if (form === TEXT_IS.time) {
      throw new FieldFault('CORRUPT', `"${shown}" is not a time as RFC 3339 writes it.`);
    }
    throw new FieldFault(
      'INVALID_INPUT',
      shown === '' ? 'The digest is missing.' : `"${shown}" is not a digest.`,
      'A digest is an algorithm, a colon and the encoded hash, such as sha256: and 64 lower-case hexadecimal digits.',
    );
  }
}

function duplicate(): FieldFault {
  return new FieldFault('CORRUPT', 'This field stands here twice, and readers differ in which one they take.');
}
