import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureUsage, type UsageRow } from './usage-sets.ts';

test('agrees with the slow way on any daemon', () => {
  const row = fc.record({ size: fc.nat(1000), parents: fc.array(fc.nat(30), { maxLength: 3 }), chosen: fc.boolean() });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (drawn) => {
      const rows = drawn.map(({ size, parents }, record): UsageRow => {
        return { record, id: `r${record}`, usage: { sizeBytes: size, parents: parents.map((n) => `r${n}`) } };
      });
      const chosen = Uint8Array.from(drawn, (one) => (one.chosen ? 1 : 0));
      const closure = (isOf: (record: number) => boolean) => {
        const found = new Set(rows.filter(({ record }) => isOf(record)));
        for (const { usage } of found)
          for (const parent of rows) if (usage.parents.includes(parent.id)) found.add(parent);
        return found;
      };
      const own = closure((record) => chosen[record] === 1);
      const kept = closure((record) => chosen[record] !== 1);
      const bytes = (set: Iterable<UsageRow>) => [...set].reduce((sum, { usage }) => sum + usage.sizeBytes, 0);
      expect(measureUsage(rows, chosen)).toEqual({
        deduplicatedBytes: bytes(own),
        onlyTheseBytes: bytes([...own].filter((one) => !kept.has(one))),
      });
    }),
  );
});
