import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { FIXTURES, realCaches } from '../testing/real-caches.ts';
import { MAX_DOCUMENT_BYTES } from './document-reader.ts';
import { goString, marshalCacheConfig } from './marshal.ts';
import { parseCacheConfig } from './parse.ts';

const D = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const T = '2024-01-02T03:04:05.000000006Z';

async function parse(document: string | object, pieceBytes = 1 << 20): Promise<CacheConfig> {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return parseCacheConfig(pieces);
}

async function marshalled(document: string | object): Promise<string> {
  return Buffer.concat([...marshalCacheConfig(await parse(document))]).toString();
}

async function fault(document: string | object): Promise<CacheError> {
  return parse(document).then(
    () => expect.fail('it was read'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

const records = (...list: object[]) => ({ records: list });
const layers = (...list: object[]) => ({ layers: list });

describe('what is refused names its field', () => {
  test.each<[string, string | object, string, string]>([
    [
      'a link out of range',
      records({ digest: D(1), inputs: [[{ link: 1 }]] }),
      'CORRUPT',
      'records[0].inputs[0][0].link',
    ],
    ['a negative link', records({ digest: D(1), inputs: [[{ link: -1 }]] }), 'CORRUPT', 'records[0].inputs[0][0].link'],
    [
      'the second alternative of the second input',
      records({ digest: D(1) }, { digest: D(2), inputs: [[{ link: 0 }], [{ link: 0 }, { link: 9 }]] }),
      'CORRUPT',
      'records[1].inputs[1][1].link',
    ],
    [
      'a record that needs itself',
      records({ digest: D(1), inputs: [[{ link: 0 }]] }),
      'CORRUPT',
      'records[0].inputs[0][0].link',
    ],
    [
      'a loop of three records',
      records(
        { digest: D(1), inputs: [[{ link: 1 }]] },
        { digest: D(2), inputs: [[{ link: 2 }]] },
        { digest: D(3), inputs: [[{ link: 0 }]] },
      ),
      'CORRUPT',
      'records[2].inputs[0][0].link',
    ],
    [
      'a layer that is its own parent, since a missing parent is 0',
      layers({ blob: D(1) }),
      'CORRUPT',
      'layers[0].parent',
    ],
    [
      'a loop of two layers',
      layers({ blob: D(1), parent: 1 }, { blob: D(2), parent: 0 }),
      'CORRUPT',
      'layers[1].parent',
    ],
    ['a parent out of range', layers({ blob: D(1), parent: 7 }), 'CORRUPT', 'layers[0].parent'],
    ['a parent below -1', layers({ blob: D(1), parent: -2 }), 'CORRUPT', 'layers[0].parent'],
    [
      'a result of a layer that is not there',
      records({ digest: D(1) }, { digest: D(2), layers: [{ layer: 0, createdAt: T }] }),
      'CORRUPT',
      'records[1].layers[0].layer',
    ],
    [
      'a chain of a layer that is not there',
      records({ digest: D(1), chains: [{ layers: [3], createdAt: T }] }),
      'CORRUPT',
      'records[0].chains[0].layers',
    ],
    ['an input without alternatives', records({ digest: D(1), inputs: [[]] }), 'CORRUPT', 'records[0].inputs[0]'],
    ['an input that is null', records({ digest: D(1), inputs: [null] }), 'CORRUPT', 'records[0].inputs[0]'],
    [
      'a blob that climbs out',
      layers({ blob: 'sha256:../../../etc/passwd', parent: -1 }),
      'INVALID_INPUT',
      'layers[0].blob',
    ],
    ['a blob of an unknown algorithm', layers({ blob: 'md5:00', parent: -1 }), 'INVALID_INPUT', 'layers[0].blob'],
    ['a blob in upper case', layers({ blob: D(0xab).toUpperCase(), parent: -1 }), 'INVALID_INPUT', 'layers[0].blob'],
    ['a layer without blob', layers({ parent: -1 }), 'INVALID_INPUT', 'layers[0].blob'],
    ['a record digest that climbs out', records({ digest: 'sha256:../x' }), 'INVALID_INPUT', 'records[0].digest'],
    ['a record digest that is too short', records({ digest: 'sha256:abcd' }), 'INVALID_INPUT', 'records[0].digest'],
    ['a record without digest', records({ digest: D(1) }, {}), 'INVALID_INPUT', 'records[1].digest'],
    [
      'a number beyond all sense',
      '{"records":[{"digest":"x:y","inputs":[[{"link":99999999999999999999}]]}]}',
      'CORRUPT',
      'records[0].inputs[0][0].link',
    ],
    ['an index above 2^31', layers({ blob: D(1), parent: 2 ** 31 }), 'CORRUPT', 'layers[0].parent'],
    ['a fraction', '{"layers":[{"blob":"x","parent":1.0}]}', 'CORRUPT', 'layers[0].parent'],
    ['an exponent', '{"layers":[{"parent":1e1}]}', 'CORRUPT', 'layers[0].parent'],
    ['a leading zero', '{"layers":[{"parent":01}]}', 'CORRUPT', 'layers[0].parent'],
    ['a number as text', layers({ blob: D(1), parent: '-1' }), 'CORRUPT', 'layers[0].parent'],
    ['a digest as number', records({ digest: 1 }), 'CORRUPT', 'records[0].digest'],
    [
      'a time that is none',
      records({ digest: D(1), layers: [{ layer: 0, createdAt: 'yesterday' }] }),
      'CORRUPT',
      'records[0].layers[0].createdAt',
    ],
    ['a field twice', `{"records":[{"digest":"${D(1)}","digest":"${D(2)}"}]}`, 'CORRUPT', 'records[0].digest'],
    [
      'a field twice in another case',
      `{"records":[{"digest":"${D(1)}","Digest":"${D(2)}"}]}`,
      'CORRUPT',
      'records[0].digest',
    ],
    ['the records twice', '{"records":[],"records":[]}', 'CORRUPT', 'records'],
    ['an unknown field nested too deep', `{"x":${'['.repeat(100)}${']'.repeat(100)}}`, 'CORRUPT', 'config'],
    ['records that are no list', '{"records":{}}', 'CORRUPT', 'records'],
    ['a list as document', '[]', 'CORRUPT', 'config'],
    ['bytes behind the end', '{} {}', 'CORRUPT', 'config'],
    ['a comma too many', '{"records":[],}', 'CORRUPT', 'config'],
    ['a comma missing', `{"layers":[{"blob":"${D(1)}" "parent":-1}]}`, 'CORRUPT', 'layers[0].blob'],
    ['a line end in a string', '{"records":[{"digest":"a\nb"}]}', 'CORRUPT', 'records[0].digest'],
    ['an unknown escape', '{"records":[{"digest":"\\x41"}]}', 'CORRUPT', 'records[0].digest'],
    [
      'annotations that are a list',
      layers({ blob: D(1), parent: -1, annotations: [] }),
      'CORRUPT',
      'layers[0].annotations',
    ],
    ['a zero byte', '{"records":\0[]}', 'CORRUPT', 'records'],
    ['nothing at all', '', 'CORRUPT', 'config'],
    [
      'a document cut in a record',
      `{"records":[{"digest":"${D(1)}"},{"digest":"${D(2)}","inp`,
      'CORRUPT',
      'records[1].digest',
    ],
    ['a document cut between records', `{"records":[{"digest":"${D(1)}"},`, 'CORRUPT', 'records[1]'],
  ])('%s', async (_, document, code, subject) => {
    const error = await fault(document);
    expect({ code: error.code, subject: error.subject }).toEqual({ code, subject });
    expect(error.hint).toBeTruthy();
  });

  test('every cut of a real config', async () => {
    const [cache] = realCaches(FIXTURES);
    const bytes = cache?.config ?? Buffer.of();
    for (let length = 0; length < bytes.length; length += 7) {
      expect((await fault(bytes.subarray(0, length).toString())).code).toBe('CORRUPT');
    }
  });

  test('more than 512 MiB, before it is all read', async () => {
    const chunk = Buffer.alloc(8 << 20, ' ');
    let sent = 0;
    const endless = function* () {
      for (;;) {
        sent += chunk.length;
        yield chunk;
      }
    };
    const error = await parseCacheConfig(endless()).catch((thrown: unknown) => thrown);
    expect(isCacheError(error, 'INVALID_INPUT')).toBe(true);
    expect(sent).toBeLessThanOrEqual(MAX_DOCUMENT_BYTES + chunk.length);
  });

  test('an aborted signal', async () => {
    const error = await parseCacheConfig([Buffer.from('{}')], { signal: AbortSignal.abort() }).catch((e: unknown) => e);
    expect(isCacheError(error, 'CANCELLED')).toBe(true);
  });
});

describe('what Go takes is taken', () => {
  const layer = `"layers":[{"blob":"${D(1)}","parent":-1}]`;
  const record = `"records":[{"digest":"${D(2)}"}]`;

  test.each<[string, string, string]>([
    ['nothing but braces', '{}', '{}'],
    ['null lists', '{"layers":null,"records":null}', '{}'],
    ['white space', ` {\n"layers" :\t[ { "blob":"${D(1)}" , "parent" : -1 } ] }\n`, `{${layer}}`],
    ['field names in any case', `{"LAYERS":[{"Blob":"${D(1)}","PARENT":-1}]}`, `{${layer}}`],
    ['field names folded by Unicode', `{"layer\u017f":[{"blob":"${D(1)}","parent":-1}]}`, `{${layer}}`],
    ['field names with escapes', `{"\\u006cayers":[{"blob":"${D(1)}","parent":-1}]}`, `{${layer}}`],
    ['unknown fields of every kind', `{"a":[1,-2.5e3,true,false,null,{"b":"\\n{"}],${layer},"c":{}}`, `{${layer}}`],
    ['records before layers', `{${record},${layer}}`, `{${layer},${record}}`],
    ['a digest with escapes', `{"records":[{"digest":"sha256\\u003a${'0'.repeat(63)}2"}]}`, `{${record}}`],
    [
      'null for a number',
      `{"layers":[{"blob":"${D(3)}","parent":-1},{"blob":"${D(1)}","parent":null}]}`,
      `{"layers":[{"blob":"${D(3)}","parent":-1},{"blob":"${D(1)}"}]}`,
    ],
    ['no inputs', `{"records":[{"digest":"${D(2)}","inputs":[],"layers":[],"chains":null}]}`, `{${record}}`],
    ['a random digest', '{"records":[{"digest":"random:abc-1"}]}', '{"records":[{"digest":"random:abc-1"}]}'],
    [
      'a result without time gets the zero time',
      `{${layer},"records":[{"layers":[{}],"digest":"${D(2)}"}]}`,
      `{${layer},"records":[{"layers":[{"layer":0,"createdAt":"0001-01-01T00:00:00Z"}],"digest":"${D(2)}"}]}`,
    ],
    [
      'an alternative without link is link 0',
      `{"records":[{"digest":"${D(2)}"},{"digest":"${D(4)}","inputs":[[null,{"selector":"s"}]]}]}`,
      `{"records":[{"digest":"${D(2)}"},{"digest":"${D(4)}","inputs":[[{"link":0},{"selector":"s","link":0}]]}]}`,
    ],
    [
      'annotations in their own words',
      `{"layers":[{"blob":"${D(1)}","parent":-1,"annotations":{"size": 5,"x":[]}}]}`,
      `{"layers":[{"blob":"${D(1)}","parent":-1,"annotations":{"size": 5,"x":[]}}]}`,
    ],
    [
      'chains, before the layers they name',
      `{"records":[{"digest":"${D(2)}","chains":[{"layers":[0],"createdAt":"${T}"},{}]}],${layer}}`,
      `{${layer},"records":[{"chains":[{"layers":[0],"createdAt":"${T}"},{"layers":[],"createdAt":"0001-01-01T00:00:00Z"}],"digest":"${D(2)}"}]}`,
    ],
    [
      'a selector that is any text',
      `{"records":[{"digest":"${D(2)}"},{"digest":"${D(4)}","inputs":[[{"selector":"<ä\\ud83d\\ude00\\u2028\\ud800&>","link":0}]]}]}`,
      `{"records":[{"digest":"${D(2)}"},{"digest":"${D(4)}","inputs":[[{"selector":"\\u003cä😀\\u2028\ufffd\\u0026\\u003e","link":0}]]}]}`,
    ],
  ])('%s', async (_, document, expected) => {
    expect(await marshalled(document)).toBe(expected);
  });
});

describe('however the bytes come in', () => {
  test.each(realCaches(FIXTURES))('$name gives the same columns in pieces of any size', async ({ config }) => {
    const whole = await parseCacheConfig([config]);
    for (const size of [1, 2, 3, 71, 100, 1000]) expect(await parse(config.toString(), size)).toEqual(whole);
  });

  test('one element far larger than a piece is read in linear time', async () => {
    const links = 200_000;
    const inputs = [Array.from({ length: links }, (_, i) => ({ link: i % 2, selector: `s${i}` }))];
    const config = await parse(records({ digest: D(1) }, { digest: D(2) }, { digest: D(3), inputs }), 4096);
    expect(config.alternativeLink.length).toBe(links);
    expect(config.texts.length).toBe(links + 4);
  });
});

describe('long chains', () => {
  test('a million records in one line, and as many layers', async () => {
    const count = 1_000_000;
    const pieces = function* () {
      let text = '{"layers":[';
      for (let i = 0; i < count; i++) {
        text += `${i ? ',' : ''}{"blob":"${D(i)}"${i === 1 ? '' : `,"parent":${i - 1}`}}`;
        if (text.length > 1 << 20) {
          yield Buffer.from(text);
          text = '';
        }
      }
      text += '],"records":[';
      for (let i = 0; i < count; i++) {
        text += `${i ? ',' : ''}{"digest":"${D(i)}"${i ? `,"inputs":[[{"link":${i - 1}}]]` : ''}}`;
        if (text.length > 1 << 20) {
          yield Buffer.from(text);
          text = '';
        }
      }
      yield Buffer.from(`${text}]}`);
    };
    const config = await parseCacheConfig(pieces());
    expect(config.layerParent[count - 1]).toBe(count - 2);
    expect(config.alternativeLink[count - 2]).toBe(count - 2);
    expect(config.texts[config.recordDigest[count - 1] ?? 0]).toBe(D(count - 1));
  });

  test('a loop at the far end of a chain', async () => {
    const count = 50_000;
    const list = Array.from({ length: count }, (_, i) => ({ digest: D(i), inputs: [[{ link: (i + 1) % count }]] }));
    expect((await fault(records(...list))).subject).toBe(`records[${count - 1}].inputs[0][0].link`);
  });
});

test('strings are written as Go writes them', () => {
  expect(goString('a"\\\b\f\n\r\t\u0001<>&\u2028\u2029\u007fä')).toBe(
    '"a\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u003c\\u003e\\u0026\\u2028\\u2029\u007fä"',
  );
});

test('any mutation of a real config ends in columns or in a CacheError', async () => {
  const configs = realCaches(FIXTURES).map((cache) => cache.config);
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(40),
    insert: fc.oneof(
      fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', '0', '-1', '99999', 'null', '"link":', '\u0000', '\ud800'),
      fc.string(),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...configs),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      async (config, edits) => {
        let bytes: Buffer = config;
        for (const { at, remove, insert } of edits) {
          const from = at % bytes.length;
          bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(insert), bytes.subarray(from + remove)]);
        }
        try {
          const parsed = await parseCacheConfig([bytes]);
          const text = Buffer.concat([...marshalCacheConfig(parsed)]);
          expect(await parseCacheConfig([text])).toMatchObject({ layerParent: parsed.layerParent });
        } catch (error) {
          if (!(error instanceof CacheError) || error.code === 'INTERNAL') throw error;
        }
      },
    ),
    { numRuns: 400 },
  );
});
