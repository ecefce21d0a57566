import type { RecordKind } from '../../../shared/model/record.ts';

/** A layer blob of the fake cache. */
export interface FakeLayer {
  readonly digest: string;
  readonly size: number;
  readonly createdAt: string;
}

/** An input alternative of a fake record. */
export interface FakeInput {
  readonly record: FakeRecord;
  readonly selector: string;
}

/** A record of the fake cache with everything derived that the queries need. */
export interface FakeRecord {
  readonly id: string;
  readonly digest: string;
  readonly kind: RecordKind;
  readonly name: string | undefined;
  readonly stage: string | undefined;
  readonly inputs: readonly (readonly FakeInput[])[];
  /** Chain of its only result, bottom to top; empty without a result. */
  readonly chain: readonly FakeLayer[];
  readonly createdAt: string | undefined;
}

/** key | kind | stage | name | added KiB ("" = no result) | inputs: `a,b`, alternatives `a|b`, selector `a@/out` */
const STEPS = `
context|source||local source · context||
dockerfile|source||local source · Dockerfile||
busybox|content||||
lock|content||||
depfiles|content||||
coresrc|content||||
clisrc|content||||
assetsrc|content||||
docsrc|content||||
pkgcache|mount||cache mount · /var/cache/pkg||
objcache|mount||cache mount · /root/.cache/obj||
mystery1|unknown||||
mystery2|unknown|||304|mystery1
base1|copy|base 1/4|COPY busybox /bin/busybox|4926|busybox|context@/busybox
base2|exec|base 2/4|RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install /bin"]|35|base1
base3|exec|base 3/4|RUN echo 'app:x:1000:1000::/work:/bin/sh' >> /etc/passwd|1|base2
base4|copy|base 4/4|WORKDIR /work|1|base3
deps1|copy|deps 1/5|COPY deps/lock.json deps/|2|base4,lock|context@/deps/lock.json
deps2|copy|deps 2/5|COPY deps/ deps/|825|deps1,depfiles|context@/deps
deps3|exec|deps 3/5|RUN --mount=type=cache,target=/var/cache/pkg cp deps/*.txt /var/cache/pkg/ && ls /var/cache/pkg|1|deps2,pkgcache
deps4|exec|deps 4/5|RUN --mount=type=cache,target=/var/cache/pkg mkdir -p /work/vendor && cat /var/cache/pkg/lib0*.txt > vendor/all|776|deps3,pkgcache
deps5|exec|deps 5/5|RUN sha256sum vendor/* > vendor/SUMS|1|deps4
core1|copy|core 1/3|COPY src/core/ src/core/|975|deps5,coresrc|context@/src/core
core2|exec|core 2/3|RUN --mount=type=cache,target=/root/.cache/obj mkdir -p /out && for f in src/core/*.txt; do sha256sum $f; done > /out/core.bin|841|core1,objcache
core3|exec|core 3/3|RUN wc /out/core.bin > /out/core.stat|1|core2
core3files|content||||core3
cli1|copy|cli 1/4|COPY src/cli/ src/cli/|79|deps5,clisrc|context@/src/cli
cli2|copy|cli 2/4|COPY src/bin.sh src/link.sh src/|1|cli1,clisrc|context@/src
cli3|exec|cli 3/4|RUN mkdir -p /out && echo "flavour plain" > /out/flavour && cat src/cli/* > /out/cli.txt|77|cli2
cli4|exec|cli 4/4|RUN tr ' ' '\\n' < /out/cli.txt ¦ sort ¦ uniq -c ¦ sort -rn > /out/cli.bin|66|cli3
cli4files|content||||cli4
assets1|copy|assets 1/3|COPY assets/ assets/|1628|base4,assetsrc|context@/assets
assets2|exec|assets 2/3|RUN mkdir -p /out/assets && cp assets/img*.bin /out/assets/ && cd /out/assets && for f in *.bin; do gzip -9 -c $f > $f.gz; done|2519|assets1
assets3|exec|assets 3/3|RUN sha256sum /out/assets/* > /out/assets/SUMS|25|assets2
docs1|copy|docs 1/3|COPY docs/ docs/|412|base4,docsrc|context@/docs
docs2|exec|docs 2/3|RUN mkdir -p /out/docs && for f in docs/*.md; do sed 's/^# //' $f > /out/docs/$f.txt; done|398|docs1
docs3|exec|docs 3/3|RUN ls -l /out/docs > /out/docs/index|1|docs2
lint1|exec|lint 1/2|RUN grep -rn TODO src/core > /out/todo ¦¦ true|4|core1
lint2|exec|lint 2/2|RUN test "$(wc -l < /out/todo)" -lt 100|1|lint1
test1|exec|test 1/2|RUN ls -l /core /cli ¦ wc -l > /work/report.txt && test -s /core/core.bin|1|base4,core3@/out|core3files,cli4@/out|cli4files
test2|exec|test 2/2|RUN echo ok >> /work/report.txt|1|test1
final1|copy|final 1/8|COPY --from=deps /work/vendor /app/vendor|776|base4,deps5@/work/vendor
final2|copy|final 2/8|COPY --from=core /out/ /app/core/|853|final1,core3@/out|core3files
final3|copy|final 3/8|COPY --from=cli /out/cli.bin /out/flavour /app/cli/|68|final2,cli4@/out|cli4files
final4|merge|final 4/8|COPY --link --from=assets /out/assets /app/assets|2520|final3,assets3@/out/assets
final5|copy|final 5/8|COPY --from=test /work/report.txt /app/report.txt|1|final4,test2@/work/report.txt
final6|copy|final 6/8|COPY docs/ /app/docs/|18|final5,docsrc|context@/docs
final7|copy|final 7/8|COPY ["src/ünï çode name.txt", "/app/ünï çode.txt"]|16|final6,coresrc|context@/src
final8|exec|final 8/8|RUN rm /app/core/core.stat|24|final7
old1|copy|assets 1/3|COPY assets/ assets/|1590|base4,assetsrc
old2|exec|assets 2/3|RUN mkdir -p /out/assets && cp assets/img*.bin /out/assets/|1659|old1
old3|exec|assets 3/3|RUN sha256sum /out/assets/* > /out/assets/SUMS|25|old2
debug1|exec|debug 1/2|RUN apk add strace gdb|11240|final8
debug2|copy|debug 2/2|COPY tools/ /tools/|3321|debug1,coresrc|context@/tools
`;

const START = Date.parse('2026-11-20T08:31:08.000Z');

/** A digest from a text: not a hash, but 64 hex digits that are always the same. */
export function fakeDigest(text: string): string {
  let a = 0x811c9dc5;
  for (const char of text) a = Math.imul(a ^ (char.codePointAt(0) ?? 0), 0x01000193);
  let hex = '';
  for (let i = 0; i < 8; i += 1) {
    a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d) + i;
    a = Math.imul(a ^ (a >>> 12), 0x297a2d39);
    hex += (a >>> 0).toString(16).padStart(8, '0');
  }
  return `sha256:${hex}`;
}

/** Go's RFC 3339 text with nanoseconds. */
function goTime(ms: number, nanos: number): string {
  return new Date(ms).toISOString().replace('Z', `${String(nanos % 1_000_000).padStart(6, '0')}Z`);
}

/** The records of the fake cache, inputs before users. */
export function createFakeRecords(): readonly FakeRecord[] {
  const made = new Map<string, FakeRecord>();
  STEPS.trim()
    .split('\n')
    .forEach((line, at) => {
      const [key = '', kind, stage = '', name = '', adds = '', ...rest] = line.split('|');
      const inputs = readInputs(rest.join('|'), made);
      const base = inputs[0]?.[0]?.record.chain ?? [];
      // Three bursts: yesterday's first build, a changed one, and today's.
      const createdMs = START + at * 731 + (at > 20 ? 3_600_000 * 5 : 0) + (at > 42 ? 3_600_000 * 16 : 0);
      const createdAt = adds === '' ? undefined : goTime(createdMs, at * 48_271);
      const layer = {
        digest: fakeDigest(`layer ${key}`),
        size: Number(adds) * 1024 + at * 7 + 13,
        createdAt: createdAt ?? '',
      };
      made.set(key, {
        id: fakeDigest(key),
        digest: fakeDigest(key),
        kind: kind as RecordKind,
        name: name === '' ? undefined : name.replaceAll('¦', '|').replaceAll('\\\\', '\\'),
        stage: stage === '' ? undefined : stage,
        inputs,
        chain: adds === '' ? [] : kind === 'merge' ? [...base, layer] : [...base, layer],
        createdAt,
      });
    });
  return [...made.values()];
}

function readInputs(text: string, made: ReadonlyMap<string, FakeRecord>): readonly (readonly FakeInput[])[] {
  if (text === '') return [];
  return text.split(',').map((input) =>
    input.split('|').flatMap((alternative) => {
      const [key = '', selector = ''] = alternative.split('@');
      const record = made.get(key);
      return record ? [{ record, selector }] : [];
    }),
  );
}
