import { CacheError } from '../../../shared/base/errors.ts';
import type { FieldNames } from './field-names.ts';
import { FieldFault, Scanner, WindowEnd } from './scanner.ts';
import { isDigestText, isKeyText, isTimeText } from './text-form.ts';
import { TEXT_IS } from './text-table.ts';

/** The largest config or manifest that is read; BuildKit itself stops at 1 MiB. */
export const MAX_DOCUMENT_BYTES = 512 * 1024 * 1024;

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Where a reader is between two whole elements of the document. */
type Step = 'start' | 'first-field' | 'field' | 'first-element' | 'element' | 'after-element' | 'after-field' | 'end';

/** What a document is, for the reader and for its errors. */
export interface DocumentForm {
  /** `cache config`, for sentences. */
  readonly name: string;
  /** Subject of an error that is at no field. */
  readonly subject: string;
  /** The fields of the outermost object; all others are skipped. */
  readonly fields: FieldNames;
  /** Which of them are lists whose elements are read one by one. */
  readonly lists: readonly boolean[];
  /** What helps where the document is damaged; "Export the cache again." otherwise. */
  readonly remedy?: string;
}

/**
 * Reads a JSON document with long lists as it comes in. Bytes are kept only until the element they belong to is
 * complete: when the window ends inside one, what was read of it is taken back and read again with more bytes.
 * Grammar and meaning of what is missing are those of Go's decoder; only a field that stands twice is refused.
 */
export abstract class DocumentReader {
  protected readonly scanner = new Scanner();
  readonly #form: DocumentForm;
  #step: Step = 'start';
  /** Field of the document being read, by its place in `fields`; -1 for none of them. */
  #section = -1;
  #seen = 0;
  #bytes = 0;
  #retryAt = 0;
  /** Path of what is being read below an element, in parts that are cheap to set; -1 where there is no index. */
  protected part = '';
  protected first = -1;
  protected second = -1;
  protected leaf = '';

  get #remedy(): string {
    return this.#form.remedy ?? 'Export the cache again.';
  }

  constructor(form: DocumentForm) {
    this.#form = form;
  }

  /** Reads an element of a list. It may push to columns at once, but keep nothing that `restore` cannot take back. */
  protected abstract element(section: number): void;
  /** Reads a field that is no list. */
  protected abstract field(section: number): void;
  /** Elements of a list that have been read. */
  protected abstract countOf(section: number): number;
  /** Remembers how long the columns are. */
  protected abstract mark(): void;
  /** Cuts the columns to what they were at the last mark. */
  protected abstract restore(): void;

  /** Takes the next bytes of the document. @throws `CORRUPT` or `INVALID_INPUT` whose subject is the path of the field */
  feed(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_DOCUMENT_BYTES) throw tooLarge(this.#form.name, this.#form.subject);
    this.#append(chunk);
    if (this.scanner.end - this.scanner.pos < this.#retryAt) return;
    if (!this.#advance()) {
      // An element that does not fit is tried again only once there is twice as much of it: linear in all.
      this.#retryAt = this.#step === 'end' ? 0 : (this.scanner.end - this.scanner.pos) * 2;
    }
  }

  /** Says that there are no more bytes. @throws `CORRUPT` when the document is not complete */
  end(): void {
    this.#advance();
    if (this.#step !== 'end') {
      throw new CacheError('CORRUPT', `The ${this.#form.name} ends in the middle, after ${this.#bytes} bytes.`, {
        subject: this.#path(),
        hint: this.#form.remedy ?? 'It was cut short when it was written or copied: export or copy the cache again.',
      });
    }
  }

  /** The field being read, as `records[17].inputs[0][1].link`. */
  #path(): string {
    if (this.#section < 0) return this.#form.subject;
    const section = this.#form.fields.names[this.#section] ?? '';
    const inElement = this.#form.lists[this.#section] && this.#step !== 'field' && this.#step !== 'after-field';
    const element = inElement ? `[${this.countOf(this.#section)}]` : '';
    const part = this.part && `.${this.part}`;
    const first = this.first < 0 ? '' : `[${this.first}]`;
    const second = this.second < 0 ? '' : `[${this.second}]`;
    return `${section}${element}${part}${first}${second}${this.leaf && `.${this.leaf}`}`;
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
      s.peek();
      const start = s.pos;
      this.mark();
      try {
        this.#next();
      } catch (error) {
        if (error instanceof WindowEnd) {
          s.pos = start;
          this.restore();
          return moved;
        }
        throw error instanceof FieldFault ? this.#named(error) : error;
      }
      moved = true;
      this.#retryAt = 0;
    }
  }

  #named(fault: FieldFault): CacheError {
    const at = this.#bytes - (this.scanner.end - this.scanner.pos);
    const hint = fault.hint ?? `Byte ${at} of the ${this.#form.name}. ${this.#remedy}`;
    return new CacheError(fault.code, fault.message, { subject: this.#path(), hint });
  }

  /** One step of the document: an element of a list, or what stands between two of them. */
  #next(): void {
    const s = this.scanner;
    this.part = '';
    this.first = -1;
    this.second = -1;
    this.leaf = '';
    switch (this.#step) {
      case 'start':
        s.take(OPEN_OBJECT, `A ${this.#form.name}, which is an object,`);
        this.#step = 'first-field';
        return;
      case 'first-field':
        this.#step = this.#closes(CLOSE_OBJECT) ? 'end' : 'field';
        return;
      case 'field':
        this.#field();
        return;
      case 'first-element':
        this.#step = this.#closes(CLOSE_LIST) ? 'after-field' : 'element';
        return;
      case 'element':
        this.element(this.#section);
        this.#step = 'after-element';
        return;
      case 'after-element':
        this.#step = s.more(CLOSE_LIST) ? 'element' : 'after-field';
        return;
      case 'after-field':
        this.#section = -1;
        this.#step = s.more(CLOSE_OBJECT) ? 'field' : 'end';
        return;
      default:
        if (s.peek() === 0 && s.pos >= s.end) throw new WindowEnd();
        this.#section = -1;
        throw new FieldFault('CORRUPT', `There are more bytes behind the end of the ${this.#form.name}.`);
    }
  }

  /** Consumes the closing byte if it comes at once. */
  #closes(close: number): boolean {
    const s = this.scanner;
    if (s.peek() !== close) {
      if (s.pos >= s.end) s.unexpected('more');
      return false;
    }
    s.pos++;
    return true;
  }

  #field(): void {
    const s = this.scanner;
    this.#section = -1;
    s.key();
    const section = this.#form.fields.find(s);
    if (section < 0) {
      s.skip();
      this.#step = 'after-field';
      return;
    }
    this.#section = section;
    if (this.#seen & (1 << section)) throw duplicate();
    if (s.isNull()) this.#step = 'after-field';
    else if (this.#form.lists[section]) {
      s.take(OPEN_LIST, 'A list');
      this.#step = 'first-element';
    } else {
      this.field(section);
      this.#step = 'after-field';
    }
    this.#seen |= 1 << section;
  }

  /** Consumes the opening brace; true when the object has fields. `null` is an object without any, as in Go. */
  protected opens(): boolean {
    const s = this.scanner;
    if (s.isNull()) return false;
    s.take(OPEN_OBJECT, 'An object');
    return !this.#closes(CLOSE_OBJECT);
  }

  /** After a field of an object: whether another one follows. */
  protected moreFields(): boolean {
    return this.scanner.more(CLOSE_OBJECT);
  }

  /** Consumes the opening bracket; true when the list has elements. `null` is an empty list. */
  protected lists(): boolean {
    const s = this.scanner;
    if (s.isNull()) return false;
    s.take(OPEN_LIST, 'A list');
    return !this.#closes(CLOSE_LIST);
  }

  /** After an element of a list: whether another one follows. */
  protected moreElements(): boolean {
    return this.scanner.more(CLOSE_LIST);
  }

  /**
   * Consumes a key: its place in `names`, or -1 for a field that is not ours, whose value is then consumed too.
   * `seen` is the set of fields that came before, as bits.
   */
  protected key(names: FieldNames, seen: number): number {
    const s = this.scanner;
    s.key();
    const field = names.find(s);
    if (field < 0) s.skip();
    else if (seen & (1 << field)) {
      if (this.first < 0) this.part = names.names[field] ?? '';
      else this.leaf = names.names[field] ?? '';
      throw duplicate();
    }
    return field;
  }

  /** Checks a text's form, once for each distinct text. */
  protected require(text: number, form: number): void {
    const { texts } = this.scanner;
    if (texts.form(text) & form) return;
    const bytes = texts.bytes(text);
    const check = form === TEXT_IS.digest ? isDigestText : form === TEXT_IS.key ? isKeyText : isTimeText;
    if (check(bytes)) {
      texts.mark(text, form);
      return;
    }
    const shown = new TextDecoder().decode(bytes.subarray(0, 100));
    if (form === TEXT_IS.time) throw new FieldFault('CORRUPT', `"${shown}" is not a time as RFC 3339 writes it.`);
    throw new FieldFault(
      'INVALID_INPUT',
      shown === '' ? 'The digest is missing.' : `"${shown}" is not a digest.`,
      'A digest is an algorithm, a colon and the encoded hash, such as sha256: and 64 lower-case hexadecimal digits.',
    );
  }
}

/** The refusal of a document above `MAX_DOCUMENT_BYTES`. */
export function tooLarge(name: string, subject: string): CacheError {
  return new CacheError('INVALID_INPUT', `The ${name} is larger than 512 MiB.`, {
    subject,
    hint: 'BuildKit reads none above 1 MiB; this is not one it wrote.',
  });
}

function duplicate(): FieldFault {
  return new FieldFault('CORRUPT', 'This field stands here twice, and readers differ in which one they take.');
}
