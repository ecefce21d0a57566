import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../../shared/base/time.ts';
import { parseInstant } from './instant.ts';

describe('parseInstant', () => {
  const rows: [string | undefined, ReturnType<typeof parseInstant>][] = [
    ['2026-08-21T10:11:12.123456789Z', { ms: Date.UTC(2026, 7, 21, 10, 11, 12, 123), ns: 456_789 }],
    ['2026-08-21T10:11:12.000000001Z', { ms: Date.UTC(2026, 7, 21, 10, 11, 12), ns: 1 }],
    ['2026-08-21T10:11:12.5Z', { ms: Date.UTC(2026, 7, 21, 10, 11, 12, 500), ns: 0 }],
    ['2026-08-31T23:59:59Z', { ms: Date.UTC(2026, 7, 31, 23, 59, 59), ns: 0 }],
    ['2026-08-21T12:11:12.123456789+02:00', { ms: Date.UTC(2026, 7, 21, 10, 11, 12, 123), ns: 456_789 }],
    ['0001-01-01T00:00:00Z', undefined],
    ['2026-13-21T10:11:12Z', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  test.each(rows)('%s', (text, instant) => {
    expect(parseInstant(text)).toEqual(instant);
  });

  test('agrees with parseTime on any time', () => {
    const times = fc.date({ min: new Date('0002-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(
        times,
        fc.stringMatching(/^[0-9]{0,9}$/),
        fc.constantFrom('Z', '+00:00', '-07:30'),
        (date, digits, zone) => {
          const text = `${date.toISOString().slice(0, 19)}${digits && '.'}${digits}${zone}`;
          expect(parseInstant(text)?.ms).toBe(parseTime(text));
          expect(parseInstant(text)?.ns).toBe(Number(digits.padEnd(9, '0').slice(3)));
        },
      ),
    );
  });
});
