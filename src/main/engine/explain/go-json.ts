import { goString } from '../remotecache/marshal.ts';
import { isObject } from './json-value.ts';

/** Field order of a Go struct. A field that is itself a struct, or a list of them, names its own shape. */
export interface GoShape {
  readonly order: readonly string[];
  readonly inner?: Readonly<Record<string, GoShape>>;
}

/**
 * The text that Go's `json.Marshal` gives for a value that was read from such a text with its keys in another order.
 * What was empty has been left out there already, so nothing is added or dropped here. Keys that the shape does not
 * know come last, sorted as those of a map.
 */
export function goJson(value: unknown, shape: GoShape = MAP): string {
  if (typeof value === 'string') return goString(value);
  if (Array.isArray(value)) return `[${value.map((item) => goJson(item, shape)).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const place = (key: string) => {
    const index = shape.order.indexOf(key);
    return index < 0 ? shape.order.length : index;
  };
  const keys = Object.keys(value).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  return `{${keys.map((key) => `${goString(key)}:${goJson(value[key], shape.inner?.[key] ?? MAP)}`).join()}}`;
}

const MAP: GoShape = { order: [] };
