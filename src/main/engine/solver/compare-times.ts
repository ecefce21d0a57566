/** Orders RFC 3339 texts by instant, to the nanosecond. Texts that are no time come first. */
export function compareTimes(a: string, b: string): number {
  const [x, y] = [instant(a), instant(b)];
  return x.seconds - y.seconds || x.nanoseconds - y.nanoseconds;
}

function instant(text: string): { readonly seconds: number; readonly nanoseconds: number } {
  const match = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const seconds = match ? Date.parse(`${match[1]}${match[3]}`) / 1000 : Number.NaN;
  if (!match || Number.isNaN(seconds)) return { seconds: Number.MIN_SAFE_INTEGER, nanoseconds: 0 };
  return { seconds, nanoseconds: Number((match[2] ?? '').padEnd(9, '0').slice(0, 9)) };
}
