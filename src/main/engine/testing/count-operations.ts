/** Methods that do one step whatever the size. */
const STEPS: readonly (readonly [object, readonly string[]])[] = [
  [Map.prototype, ['get', 'set', 'has', 'delete']],
  [Set.prototype, ['add', 'has', 'delete']],
  [WeakMap.prototype, ['get', 'set', 'has']],
  [Array.prototype, ['push', 'pop', 'shift']],
];
/** Methods that go over all of their list. */
const WALKS: readonly (readonly [object, readonly string[]])[] = [
  [Array.prototype, ['map', 'filter', 'flatMap', 'forEach', 'reduce', 'some', 'every', 'concat', 'find', 'sort']],
  [Object.getPrototypeOf(Uint8Array.prototype) as object, ['map', 'filter', 'forEach', 'sort']],
];

/** Methods that go over what they make. */
const CUTS: readonly object[] = [Array.prototype, Object.getPrototypeOf(Uint8Array.prototype) as object];

type Method = (this: { readonly length?: number }, ...given: unknown[]) => unknown;

/**
 * How much some work does, counted and not timed: steps on maps, sets and lists, and the lengths of the lists it goes
 * over. Twice the input must not be more than twice the count, and the machine may be as busy as it likes.
 */
export async function countOperations(work: () => unknown): Promise<number> {
  let count = 0;
  const restore: (() => void)[] = [];
  const wrap = (on: object, name: string, cost: (self: { readonly length?: number }, made: unknown) => number) => {
    const described = Object.getOwnPropertyDescriptor(on, name);
    const method = described?.value as Method;
    const counted: Method = function (...given) {
      const made = Reflect.apply(method, this, given) as unknown;
      count += cost(this, made);
      return made;
    };
    Object.defineProperty(on, name, { ...described, value: counted });
    restore.push(() => Object.defineProperty(on, name, described ?? {}));
  };
  for (const [on, names] of STEPS) for (const name of names) wrap(on, name, () => 1);
  for (const [on, names] of WALKS) for (const name of names) wrap(on, name, (self) => 1 + (self.length ?? 0));
  for (const on of CUTS) wrap(on, 'slice', (_, made) => 1 + (made as { length: number }).length);
  try {
    await work();
  } finally {
    for (const back of restore) back();
  }
  return count;
}
