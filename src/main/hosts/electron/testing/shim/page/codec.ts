/** Turns values into text and back as the structured clone algorithm copies them. */
export interface Codec {
  /** @throws `DataCloneError` where a value cannot be cloned (functions, symbols, files, live objects of a page) */
  encode(value: unknown): unknown;
  decode(json: unknown): unknown;
}

/**
 * Makes a codec whose JSON crosses the DevTools protocol. It stands alone, since its source also runs in pages. Primitives
 * stay as they are; everything else is an array that begins with a tag.
 * Source: https://developer.mozilla.org/en-US/docs/Web/API/Web_Workers_API/Structured_clone_algorithm, which
 * electronjs.org/docs/latest/api/ipc-renderer names for every message between processes.
 */
export function createCodec(): Codec {
  type Bytes = { toBase64?(): string };
  const toBase64 = (bytes: Uint8Array): string =>
    (bytes as Bytes).toBase64?.() ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
    const native = (Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }).fromBase64;
    return native ? native.call(Uint8Array, text) : Uint8Array.from(Buffer.from(text, 'base64'));
  };
  const refuse = (): never => {
    // The words of electron/shell/common/v8_util.cc.
    throw new DOMException('An object could not be cloned.', 'DataCloneError');
  };
  const views = { Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array } as const;
  const wide = { Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView } as const;
  const classes = { ...views, ...wide };

  function encodeWith(value: unknown, seen: Map<object, number>): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0) ? value : ['n', Object.is(value, -0) ? '-0' : `${value}`];
    }
    if (value === undefined) return ['u'];
    if (typeof value === 'bigint') return ['i', `${value}`];
    if (typeof value !== 'object') return refuse();
    const before = seen.get(value);
    if (before !== undefined) return ['r', before];
    seen.set(value, seen.size);
    const inner = (item: unknown): unknown => encodeWith(item, seen);
    if (Array.isArray(value)) return ['a', Array.from(value, inner)];
    if (value instanceof Date) return ['d', value.getTime()];
    if (value instanceof RegExp) return ['x', value.source, value.flags];
    if (value instanceof Map) return ['m', [...value].map((pair) => pair.map(inner))];
    if (value instanceof Set) return ['s', [...value].map(inner)];
    if (value instanceof ArrayBuffer) return ['b', toBase64(new Uint8Array(value))];
    if (ArrayBuffer.isView(value)) {
      // A `Buffer` arrives as the plain array of bytes that it is.
      const name = value.constructor.name in classes ? value.constructor.name : 'Uint8Array';
      return ['v', name, toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
    }
    if (value instanceof Error) return ['e', value.name, value.message, value.stack ?? ''];
    const kind = Object.prototype.toString.call(value);
    if (kind !== '[object Object]' || value instanceof Promise) return refuse();
    return ['o', Object.entries(value).map(([key, item]) => [key, inner(item)])];
  }

  function decodeWith(json: unknown, seen: unknown[]): unknown {
    if (!Array.isArray(json)) return json;
    const [tag, one, two, three] = json;
    const keep = <T>(made: T): T => {
      seen.push(made);
      return made;
    };
    const inner = (item: unknown): unknown => decodeWith(item, seen);
    switch (tag) {
      case 'n':
        return Number(one);
      case 'i':
        return BigInt(one);
      case 'r':
        return seen[one];
      case 'd':
        return keep(new Date(one));
      case 'x':
        return keep(new RegExp(one, two));
      case 'b':
        return keep(fromBase64(one).buffer);
      case 'v':
        return keep(new (classes[one as keyof typeof classes] as DataViewConstructor)(fromBase64(two).buffer));
      case 'e':
        return keep(Object.assign(new Error(two), { name: one, stack: three }));
      case 'a': {
        const list = keep<unknown[]>([]);
        for (const item of one) list.push(inner(item));
        return list;
      }
      case 'm': {
        const map = keep(new Map());
        for (const [key, item] of one) map.set(inner(key), inner(item));
        return map;
      }
      case 's': {
        const set = keep(new Set());
        for (const item of one) set.add(inner(item));
        return set;
      }
      case 'o': {
        const made = keep<Record<string, unknown>>({});
        for (const [key, item] of one) {
          Object.defineProperty(made, key, {
            value: inner(item),
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
        return made;
      }
      default:
        return undefined;
    }
  }

  return { encode: (value) => encodeWith(value, new Map()), decode: (json) => decodeWith(json, []) };
}
