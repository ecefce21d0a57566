import type { CacheConfig } from '../model/cache-config.ts';

const FLUSH_CHARS = 1 << 20;

/**
 * The bytes BuildKit writes for this config, in pieces of about a MiB: Go's field order, nothing that is empty (so a
 * parent of 0 is left out, but a link or layer of 0 is not), `<`, `>` and `&` escaped, no white space, no line end.
 * Order is taken as it stands; see `sortCacheConfig` for a config that was changed.
 */
export function* marshalCacheConfig(config: CacheConfig): Generator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let text = '{';
  for (let layer = 0; layer < config.layerBlob.length; layer++) {
    text += (layer === 0 ? '"layers":[' : ',') + layerJson(config, layer);
    if (text.length >= FLUSH_CHARS) {
      yield encoder.encode(text);
      text = '';
    }
  }
  if (config.layerBlob.length > 0) text += ']';
  const records = config.recordDigest.length;
  if (config.layerBlob.length > 0 && records > 0) text += ',';
  const chains = chainsByRecord(config);
  for (let record = 0; record < records; record++) {
    text += (record === 0 ? '"records":[' : ',') + recordJson(config, record, chains.get(record));
    if (text.length >= FLUSH_CHARS) {
      yield encoder.encode(text);
      text = '';
    }
  }
  yield encoder.encode(`${text}${records > 0 ? ']' : ''}}`);
}

/** A string as Go's `json.Marshal` writes it. */
export function goString(text: string): string {
  const json = JSON.stringify(text.toWellFormed());
  return ODD.test(json) ? json.replace(ODD_ALL, unicodeEscape) : json;
}

/** What Go escapes beyond JSON: angle brackets and `&` for HTML, and the two line ends that JavaScript once minded. */
const ODD = /[<>&\u2028\u2029]/;
const ODD_ALL = /[<>&\u2028\u2029]/g;

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function layerJson(config: CacheConfig, layer: number): string {
  const parent = config.layerParent[layer];
  const annotations = config.layerAnnotations.get(layer);
  return `{"blob":${textJson(config, config.layerBlob[layer])}${parent === 0 ? '' : `,"parent":${parent}`}${
    annotations === undefined ? '' : `,"annotations":${annotations}`
  }}`;
}

function recordJson(config: CacheConfig, record: number, chains: readonly string[] | undefined): string {
  const { resultOffset, inputOffset, alternativeOffset } = config;
  const fields: string[] = [];
  const results: string[] = [];
  for (let i = resultOffset[record] as number; i < (resultOffset[record + 1] as number); i++) {
    results.push(`{"layer":${config.resultLayer[i]},"createdAt":${textJson(config, config.resultCreatedAt[i])}}`);
  }
  if (results.length > 0) fields.push(`"layers":[${results.join()}]`);
  if (chains !== undefined) fields.push(`"chains":[${chains.join()}]`);
  fields.push(`"digest":${textJson(config, config.recordDigest[record])}`);
  const inputs: string[] = [];
  for (let i = inputOffset[record] as number; i < (inputOffset[record + 1] as number); i++) {
    const alternatives: string[] = [];
    for (let a = alternativeOffset[i] as number; a < (alternativeOffset[i + 1] as number); a++) {
      const selector = config.alternativeSelector[a];
      alternatives.push(
        `{${selector === 0 ? '' : `"selector":${textJson(config, selector)},`}"link":${config.alternativeLink[a]}}`,
      );
    }
    inputs.push(`[${alternatives.join()}]`);
  }
  if (inputs.length > 0) fields.push(`"inputs":[${inputs.join()}]`);
  return `{${fields.join()}}`;
}

function textJson(config: CacheConfig, text: number | undefined): string {
  return goString(config.texts[text ?? 0] ?? '');
}

function chainsByRecord(config: CacheConfig): Map<number, string[]> {
  const byRecord = new Map<number, string[]>();
  for (const { record, layers, createdAt } of config.chains) {
    const json = `{"layers":[${layers.join()}],"createdAt":${goString(createdAt)}}`;
    const others = byRecord.get(record);
    if (others) others.push(json);
    else byRecord.set(record, [json]);
  }
  return byRecord;
}
