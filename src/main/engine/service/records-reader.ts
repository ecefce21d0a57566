import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import { DocumentReader } from '../remotecache/document-reader.ts';
import { FieldNames } from '../remotecache/field-names.ts';
import { FieldFault } from '../remotecache/scanner.ts';
import { isTimeText } from '../remotecache/text-form.ts';
import type { CallOptions } from './cache-service.ts';
import type { RecordsPart } from './service-state.ts';
import type { CacheKey, Link, Result } from './types.ts';

/** Keys and links of one part: some hundred KiB. */
const PART = 2000;
/** The largest key with its results; no builder comes near. */
const MAX_ELEMENT_BYTES = 16 * 1024 * 1024;
const MAX_ID_BYTES = 1024;
const MAX_DESCRIPTION_BYTES = 64 * 1024;
/** How much of a description is kept. */
const KEPT_DESCRIPTION = 1000;
/** More than any operation has. */
const MAX_INPUT = 0xffff;

const REQUEST = new FieldNames(['CacheKeys', 'Links']);
const KEY = new FieldNames(['ID', 'Results']);
const RESULT = new FieldNames(['ID', 'CreatedAt', 'Description']);
const LINK = new FieldNames(['ID', 'LinkedID', 'Input', 'Digest', 'Selector']);
const FORM = {
  name: 'request',
  subject: 'request',
  fields: REQUEST,
  lists: [true, true],
  remedy: 'Nothing of it was stored: send all of it again.',
} as const;
const encoder = new TextEncoder();

/**
 * Reads the body of `POST /records` as it comes in, in parts of bounded size: linear in the bytes, and no more memory for
 * a million records than for a thousand. Keys and links may come in any order.
 * @throws `CORRUPT` or `INVALID_INPUT` whose subject is the path of the field, such as `CacheKeys[17].Results[0].ID`
 */
export async function* readRecordsRequest(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal }: CallOptions = {},
): AsyncGenerator<RecordsPart> {
  const reader = new RecordsReader();
  for await (const chunk of chunks) {
    throwIfAborted(signal);
    reader.feed(chunk);
    reader.refuseLargeElement();
    if (reader.size >= PART) yield reader.take();
  }
  reader.end();
  if (reader.size > 0) yield reader.take();
}

class RecordsReader extends DocumentReader {
  #keys: CacheKey[] = [];
  #links: Link[] = [];
  #keysRead = 0;
  #linksRead = 0;
  #markedKeys = 0;
  #markedLinks = 0;

  constructor() {
    super(FORM);
  }

  get size(): number {
    return this.#keys.length + this.#links.length;
  }

  /** What has been read since the last time. */
  take(): RecordsPart {
    const part = { cacheKeys: this.#keys, links: this.#links };
    this.#keysRead += this.#keys.length;
    this.#linksRead += this.#links.length;
    this.#keys = [];
    this.#links = [];
    return part;
  }

  refuseLargeElement(): void {
    if (this.scanner.end - this.scanner.pos <= MAX_ELEMENT_BYTES) return;
    throw new CacheError('INVALID_INPUT', 'One key or link of the request is larger than 16 MiB.', {
      subject: 'request',
      hint: 'No builder sends such a key. Check who sent this.',
    });
  }

  protected override mark(): void {
    this.#markedKeys = this.#keys.length;
    this.#markedLinks = this.#links.length;
  }

  protected override restore(): void {
    this.#keys.length = this.#markedKeys;
    this.#links.length = this.#markedLinks;
  }

  protected override countOf(section: number): number {
    return section === 0 ? this.#keysRead + this.#keys.length : this.#linksRead + this.#links.length;
  }

  protected override field(): void {
    throw new FieldFault('INTERNAL', 'a request has lists only');
  }

  protected override element(section: number): void {
    if (section === 0) this.#key();
    else this.#link();
  }

  #key(): void {
    let id = '';
    const results: Result[] = [];
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(KEY, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.part = KEY.names[field] ?? '';
        if (field === 0) id = this.#text(MAX_ID_BYTES);
        else if (this.lists()) {
          this.first = 0;
          do {
            results.push(this.#result());
            this.first++;
          } while (this.moreElements());
          this.first = -1;
        }
      } while (this.moreFields());
    }
    this.part = 'ID';
    present(id);
    this.#keys.push({ id, results });
  }

  #result(): Result {
    let id = '';
    let createdAt = '0001-01-01T00:00:00Z';
    let description = '';
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(RESULT, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.leaf = RESULT.names[field] ?? '';
        if (this.scanner.isNull()) continue;
        if (field === 0) id = this.#text(MAX_ID_BYTES);
        else if (field === 1) createdAt = this.#time();
        else description = this.#text(MAX_DESCRIPTION_BYTES).slice(0, KEPT_DESCRIPTION);
      } while (this.moreFields());
    }
    this.leaf = 'ID';
    present(id);
    this.leaf = '';
    return { id, createdAt, description };
  }

  #link(): void {
    const link = { id: '', linkedID: '', input: 0, digest: '', selector: '' };
    let seen = 0;
    if (this.opens()) {
      do {
        const field = this.key(LINK, seen);
        if (field < 0) continue;
        seen |= 1 << field;
        this.part = LINK.names[field] ?? '';
        if (field === 0) link.id = this.#text(MAX_ID_BYTES);
        else if (field === 1) link.linkedID = this.#text(MAX_ID_BYTES);
        else if (field === 2) link.input = this.#input();
        else if (field === 3) link.digest = this.#text(MAX_ID_BYTES);
        else link.selector = this.#text(MAX_ID_BYTES);
      } while (this.moreFields());
    }
    this.part = 'ID';
    present(link.id);
    this.part = 'LinkedID';
    present(link.linkedID);
    this.part = 'Digest';
    // Such a step is never found again: its links are sent and lead nowhere.
    if (!link.digest.startsWith('random:')) digestOf(link.digest);
    this.part = 'Selector';
    if (link.selector !== '') digestOf(link.selector);
    this.#links.push(link);
  }

  #text(maxBytes: number): string {
    return this.scanner.isNull() ? '' : this.scanner.string(maxBytes);
  }

  #input(): number {
    const value = this.scanner.isNull() ? 0 : this.scanner.integer();
    if (value >= 0 && value <= MAX_INPUT) return value;
    throw new FieldFault('INVALID_INPUT', `No step has an input number ${value}.`);
  }

  #time(): string {
    const text = this.#text(MAX_ID_BYTES);
    if (isTimeText(encoder.encode(text))) return text;
    throw new FieldFault('INVALID_INPUT', `"${text.slice(0, 100)}" is not a time as RFC 3339 writes it.`);
  }
}

function present(text: string): void {
  if (text === '') throw new FieldFault('INVALID_INPUT', 'This is missing.', FORM.remedy);
  if (text.includes('\0')) throw new FieldFault('INVALID_INPUT', 'This has a character that no id has.', FORM.remedy);
}

function digestOf(text: string): void {
  if (isDigest(text)) return;
  throw new FieldFault('INVALID_INPUT', `"${text.slice(0, 100)}" is not a digest.`, FORM.remedy);
}
