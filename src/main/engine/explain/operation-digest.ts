import { createHash } from 'node:crypto';
import { goString } from '../remotecache/marshal.ts';
import { goJson } from './go-json.ts';
import { at, isObject, type JsonObject, listOf, numberOf, textOf } from './json-value.ts';
import { DIFF, EXEC, FILE_ACTIONS, MERGE } from './llb-shapes.ts';

/** `sha256:` and the hash of a text. */
export function sha256Of(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Digest of the record that an output of an operation is kept under. */
export function recordDigest(cacheMapDigest: string, output: number): string {
  return sha256Of(`${cacheMapDigest}@${output}`);
}

/** `{OS, Architecture, Variant, OSVersion, OSFeatures}`, as an operation in a provenance attestation has it. */
export type Platform = JsonObject;

/**
 * The cache-map digest of an operation: a hash of what it does, its inputs left out. Must agree with the `CacheMap`
 * methods in BuildKit's `solver/llbsolver/ops`.
 * @param op the `op` of a step of an LLB definition as JSON
 * @param inputs how many inputs the step has
 * @param platform used where the operation has none of its own
 * @returns undefined for an operation whose digest cannot be known from the definition alone
 */
export function cacheMapDigest(op: unknown, inputs: number, platform: Platform): string | undefined {
  const own = at(op, 'platform');
  const target = isObject(own) ? own : platform;
  const operation = at(op, 'Op');
  const exec = at(operation, 'exec');
  if (isObject(exec)) return sha256Of(execText(exec, target));
  const file = at(operation, 'file');
  if (isObject(file)) return sha256Of(fileText(file, inputs));
  const merge = at(operation, 'merge');
  if (isObject(merge)) return sha256Of(`{"Type":"buildkit.merge.v0","Merge":${goJson(merge, MERGE)}}`);
  const diff = at(operation, 'diff');
  if (isObject(diff)) return sha256Of(`{"Type":"buildkit.diff.v0","Diff":${goJson(diff, DIFF)}}`);
  const image = imageDigest(textOf(at(operation, 'source', 'identifier')));
  return image === undefined ? undefined : sha256Of(`buildkit.source.v0:${imageKey(image, target)}`);
}

/** The manifest digest in the identifier of an image source. */
export function imageDigest(identifier: string | undefined): string | undefined {
  return /^(?:docker-image|oci-layout):\/\/.*@(sha256:[0-9a-f]{64})$/.exec(identifier ?? '')?.[1];
}

/** Key of an image by its manifest. The other one, by its layers, cannot be known without the image. */
function imageKey(digest: string, platform: Platform): string {
  return sha256Of(`{"Digest":${goString(digest)},${platformFields(platform)}}`);
}

function execText(exec: JsonObject, platform: Platform): string {
  const { proxy_env: _, ...meta } = isObject(exec.meta) ? exec.meta : {};
  const hosts = listOf(meta.extraHosts).map((host) => (isObject(host) ? { Host: host.Host } : host));
  const mounts = listOf(exec.mounts).map(hashedMount);
  const { mounts: _mounts, ...rest } = exec;
  const hashed = {
    ...rest,
    meta: { ...meta, ...(hosts.length > 0 ? { extraHosts: hosts } : {}) },
    ...(mounts.length === 0 || isOnlyRoot(mounts) ? {} : { mounts }),
  };
  return `{"Type":"buildkit.exec.v0","Exec":${goJson(hashed, EXEC)},${platformFields(platform)}}`;
}

/** A plain writable bind at `/` is what every operation has. */
function isOnlyRoot(mounts: readonly unknown[]): boolean {
  const [mount] = mounts;
  const plain = ['mountType', 'readonly', 'cacheOpt', 'secretOpt', 'SSHOpt', 'TmpfsOpt'];
  return mounts.length === 1 && at(mount, 'dest') === '/' && plain.every((field) => at(mount, field) === undefined);
}

/** What is selected goes into the link, not into the operation; the name of a cache only where it is not the usual one. */
function hashedMount(mount: unknown): unknown {
  if (!isObject(mount)) return mount;
  const { selector: _, cacheOpt, ...rest } = mount;
  if (!isObject(cacheOpt)) return rest;
  const id = textOf(cacheOpt.ID) ?? '';
  const dest = textOf(mount.dest) ?? '';
  const usual = (id === dest || id.endsWith(`/${dest}`)) && cacheOpt.sharing === undefined;
  return { ...rest, cacheOpt: usual ? cacheOpt : {} };
}

function fileText(file: JsonObject, inputs: number): string {
  const actions = listOf(file.actions).map((action) => {
    const [[name, body] = ['', undefined]] = Object.entries(at(action, 'Action') ?? {});
    const fromInput = isInput(numberOf(at(action, 'secondaryInput')) ?? 0, inputs);
    return goJson(name === 'copy' && fromInput ? withBaseName(body) : body, FILE_ACTIONS[name]);
  });
  const encoded = actions.map((action) => `"${Buffer.from(action).toString('base64')}"`).join();
  const indexes = listOf(file.actions).map((action) =>
    ['input', 'secondaryInput', 'output'].map((field) => numberOf(at(action, field)) ?? 0),
  );
  const tail = isDefaultChain(indexes, inputs) ? '' : `,"indexes":${JSON.stringify(indexes)}`;
  return `{"Type":"buildkit.file.v0","Actions":[${encoded}]${tail}}`;
}

function isInput(index: number, inputs: number): boolean {
  return index >= 0 && index < inputs;
}

/** The folder goes into the selector. As Go's `path.Base`. */
function withBaseName(copy: unknown): unknown {
  const source = textOf(at(copy, 'src')) ?? '';
  const trimmed = source.replace(/\/+$/, '');
  const base = source === '' ? '.' : trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
  return { ...(isObject(copy) ? copy : {}), src: base };
}

/** Each action works on what the one before it made, and the last one gives the output. */
function isDefaultChain(indexes: readonly (readonly number[])[], inputs: number): boolean {
  return indexes.every(([input, secondary, output], i) => {
    const last = i === indexes.length - 1;
    const expected = i === 0 ? 0 : inputs + i - 1;
    return input === expected && (secondary === -1 || secondary === 1) && output === (last ? 0 : -1);
  });
}

/** As they stand in both kinds of text: system and architecture always, the rest where it is not empty. */
function platformFields(platform: Platform): string {
  const text = (key: string) => textOf(platform[key]) ?? '';
  const features = listOf(platform.OSFeatures);
  const optional = (key: string) => (text(key) === '' ? '' : `,${goString(key)}:${goString(text(key))}`);
  return (
    `"OS":${goString(text('OS'))},"Arch":${goString(text('Architecture'))}${optional('Variant')}${optional('OSVersion')}` +
    (features.length > 0 ? `,"OSFeatures":${goJson(features)}` : '')
  );
}
