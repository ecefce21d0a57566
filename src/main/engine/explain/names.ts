import type { RecordName, RecordNames } from '../model/record-names.ts';
import { expandVariables, type Instruction, readDockerfile } from './dockerfile.ts';
import { at, isObject, type JsonObject, listOf, numberOf, textOf } from './json-value.ts';
import { cacheMapDigest, imageDigest, type Platform, recordDigest } from './operation-digest.ts';
import { operationLines, operationName } from './operation-text.ts';

/** An operation of a build definition. */
interface Step {
  readonly id: string;
  readonly op: unknown;
  /** `step3:0`: the step and its output. */
  readonly inputs: readonly string[];
}

/**
 * Names every operation of a build that its provenance attestation describes, by record digest: the digests are
 * computed from the operations, so a record that is found here is certainly that operation. Steps whose digest cannot
 * be known from the definition (local files, git, http) are left out.
 *
 * @param provenance an in-toto statement with a SLSA predicate (v1 or v0.2, `mode=max`), or the predicate itself, as JSON.
 *   Anything else gives no names; nothing is thrown.
 */
export function namesFromProvenance(provenance: unknown): RecordNames {
  const predicate = isObject(at(provenance, 'predicate')) ? at(provenance, 'predicate') : provenance;
  const internal = at(predicate, 'buildDefinition', 'internalParameters');
  const config = at(internal, 'buildConfig') ?? at(predicate, 'buildConfig');
  const steps = listOf(at(config, 'llbDefinition')).flatMap((step): Step[] => {
    const id = textOf(at(step, 'id'));
    const inputs = listOf(at(step, 'inputs')).flatMap((input) => textOf(input) ?? []);
    return id === undefined ? [] : [{ id, op: at(step, 'op'), inputs }];
  });
  const platform = builderPlatform(
    textOf(at(internal, 'builderPlatform')) ?? textOf(at(predicate, 'invocation', 'environment', 'platform')),
  );
  const places = sourcePlaces(predicate);
  const outputs = usedOutputs(steps);
  const names = new Map<string, RecordName>();
  for (const step of steps) {
    const digest = cacheMapDigest(step.op, step.inputs.length, platform);
    if (digest === undefined) continue;
    const name = nameOf(step, places.get(step.id), steps);
    for (const output of outputs.get(step.id) ?? [0]) names.set(recordDigest(digest, output), name);
  }
  return names;
}

function nameOf(step: Step, place: Place | undefined, steps: readonly Step[]): RecordName {
  const operation = at(step.op, 'Op');
  const kind = kindOf(operation);
  const image = imageDigest(textOf(at(operation, 'source', 'identifier')));
  const source = place === undefined ? [] : [`${place.file}:${place.line}`];
  const inputs = step.inputs.map((input, i) => `input ${i}: ${inputText(input, steps)}`);
  return {
    kind,
    name: image === undefined ? stepText(operation, place) : operationName(operation),
    ...(place?.instruction.stage === undefined || kind === 'source' ? {} : { stage: place.instruction.stage }),
    nameFrom: 'recomputed',
    operation: [...source, ...operationLines(operation), ...inputs].join('\n'),
  };
}

function kindOf(operation: unknown): RecordName['kind'] {
  if (at(operation, 'exec') !== undefined) return 'exec';
  if (at(operation, 'file') !== undefined) return 'copy';
  if (at(operation, 'source') !== undefined) return 'source';
  return at(operation, 'merge') !== undefined || at(operation, 'diff') !== undefined ? 'merge' : 'unknown';
}

/** The instruction as a build's progress shows it; the operation's own words where no Dockerfile is known. */
function stepText(operation: unknown, place: Place | undefined): string {
  if (place === undefined) return operationName(operation);
  const environment = new Map(
    listOf(at(operation, 'exec', 'meta', 'env')).flatMap((entry): [string, string][] => {
      const text = textOf(entry) ?? '';
      const equals = text.indexOf('=');
      return equals < 0 ? [] : [[text.slice(0, equals), text.slice(equals + 1)]];
    }),
  );
  return expandVariables(place.instruction.text, environment);
}

/** What an input is: the files of a local source, an image, or another step. */
function inputText(input: string, steps: readonly Step[]): string {
  const step = steps.find(({ id }) => id === input.slice(0, input.lastIndexOf(':')));
  const identifier = textOf(at(step?.op, 'Op', 'source', 'identifier'));
  if (identifier?.startsWith('local://')) return `local ${identifier.slice('local://'.length)}`;
  return identifier ?? operationName(at(step?.op, 'Op'));
}

/** Every output that some step uses; 0 for those that none uses. */
function usedOutputs(steps: readonly Step[]): ReadonlyMap<string, ReadonlySet<number>> {
  const outputs = new Map<string, Set<number>>();
  for (const input of steps.flatMap((step) => step.inputs)) {
    const colon = input.lastIndexOf(':');
    const output = Number(input.slice(colon + 1));
    if (!Number.isSafeInteger(output)) continue;
    const id = input.slice(0, colon);
    outputs.set(id, (outputs.get(id) ?? new Set()).add(output));
  }
  return outputs;
}

/** `linux/arm64/v8` as an operation has it. */
function builderPlatform(text: string | undefined): Platform {
  const [OS = 'linux', Architecture = 'amd64', Variant = ''] = (text ?? '').split('/').filter((part) => part !== '');
  return { OS, Architecture, Variant };
}

/** Where in the sources a step comes from. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly instruction: Instruction;
}

/** The instruction of each step, from the source map and the Dockerfiles that the attestation carries. */
function sourcePlaces(predicate: unknown): ReadonlyMap<string, Place> {
  const metadata =
    at(predicate, 'runDetails', 'metadata', 'buildkit_metadata') ??
    at(predicate, 'metadata', 'https://mobyproject.org/buildkit@v1#metadata');
  const contexts = namedContexts(predicate);
  const files = listOf(at(metadata, 'source', 'infos')).map((info) => {
    const isDockerfile = textOf(at(info, 'language')) === 'Dockerfile';
    const text = isDockerfile ? Buffer.from(textOf(at(info, 'data')) ?? '', 'base64').toString() : '';
    return { name: textOf(at(info, 'filename')) ?? 'Dockerfile', instructions: readDockerfile(text, contexts) };
  });
  const places = new Map<string, Place>();
  const locations = at(metadata, 'source', 'locations');
  for (const [step, entry] of Object.entries(isObject(locations) ? locations : {})) {
    const [location] = listOf(at(entry, 'locations'));
    const file = files[numberOf(at(location, 'sourceIndex')) ?? 0];
    const line = numberOf(at(listOf(at(location, 'ranges'))[0], 'start', 'line'));
    const instruction = file?.instructions.find(
      ({ firstLine, lastLine }) => line !== undefined && firstLine <= line && line <= lastLine,
    );
    if (file && line !== undefined && instruction) places.set(step, { file: file.name, line, instruction });
  }
  return places;
}

/** Names that `FROM` may use for a context given to the build: the arguments `context:NAME`. */
function namedContexts(predicate: unknown): ReadonlySet<string> {
  const args: unknown =
    at(predicate, 'buildDefinition', 'externalParameters', 'request', 'args') ??
    at(predicate, 'invocation', 'parameters', 'args');
  const keys = Object.keys(isObject(args) ? (args as JsonObject) : {});
  return new Set(keys.flatMap((key) => /^context:(.+?)(?:::.*)?$/.exec(key)?.[1] ?? []));
}
