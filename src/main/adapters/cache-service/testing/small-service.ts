import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Descriptor } from '../../../../shared/oci/descriptor.ts';
import { CacheChains } from '../../../engine/remotecache/cache-chains.ts';
import { cacheDocuments } from '../../../engine/remotecache/cache-documents.ts';
import type { CacheExporterRecord } from '../../../engine/solver/types.ts';

interface WireKey {
  readonly ID: string;
  readonly Results: readonly { readonly ID: string; readonly CreatedAt: string }[] | null;
}
interface WireLink {
  readonly ID: string;
  readonly LinkedID: string;
  readonly Input: number;
  readonly Digest: string;
  readonly Selector: string;
}
interface State {
  keys: Record<string, Record<string, string>>;
  links: Record<string, WireLink>;
  layers: Record<string, readonly Descriptor[]>;
}

/** What a test makes a service do that a good one does not. */
export type Misbehaviour = 'none' | 'status' | 'page' | 'odd' | 'silent' | 'cut' | 'zero';

/** A cache service as small as one can be: its state in a folder, layers kept by itself. */
export interface SmallService extends AsyncDisposable {
  readonly url: string;
  misbehaves: Misbehaviour;
  /** Requests so far, `GET /config` and so on. */
  readonly requests: string[];
  /** Bytes of layers that came. */
  bytes: number;
}

/** What a small service may be told. */
export interface SmallServiceOptions {
  readonly port?: number;
  readonly socketPath?: string;
  readonly token?: string;
  readonly periodMs?: number;
  /** Layers lie there, and not with the service. */
  readonly s3?: Readonly<Record<string, unknown>>;
}

/** Starts one over a folder. */
export async function startSmallService(folder: string, options: SmallServiceOptions = {}): Promise<SmallService> {
  mkdirSync(join(folder, 'layers'), { recursive: true });
  const stateFile = join(folder, 'state.json');
  let state: State = { keys: {}, links: {}, layers: {} };
  try {
    state = JSON.parse(readFileSync(stateFile, 'utf8')) as State;
  } catch {
    // A new one.
  }
  const keep = (): void => {
    writeFileSync(`${stateFile}.new`, JSON.stringify(state));
    renameSync(`${stateFile}.new`, stateFile);
  };
  const layerFile = (digest: string) => join(folder, 'layers', digest.replace(':', '-'));
  const sizeOf = (digest: string) => statSync(layerFile(digest), { throwIfNoEntry: false })?.size;
  const has = ({ digest }: Descriptor) => options.s3 !== undefined || sizeOf(digest) !== undefined;

  const service: SmallService = {
    url: '',
    misbehaves: 'none',
    requests: [],
    bytes: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    service.requests.push(`${method} ${url}`);
    const send = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
    };
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      await bodyOf(request);
      response.writeHead(401).end();
      return;
    }
    if (service.misbehaves === 'silent') return;
    if (service.misbehaves === 'status') {
      await bodyOf(request);
      response.writeHead(503).end('busy');
      return;
    }
    if (service.misbehaves === 'page') return void response.writeHead(200).end('<html>Sign in</html>');
    if (service.misbehaves === 'odd') return send({ ImportPeriod: 'soon', ExportRecords: 7, layers: 9 });
    if (service.misbehaves === 'cut') {
      response.writeHead(200, { 'content-length': '1000' }).write('{');
      return void setTimeout(() => response.destroy(), 20);
    }
    const layer = /^\/layers\/(sha256:[0-9a-f]{64})$/.exec(url)?.[1];
    if (layer) return layerRequest(request, response, layer);
    switch (`${method} ${url}`) {
      case 'GET /config': {
        await bodyOf(request);
        const period = service.misbehaves === 'zero' ? 0 : (options.periodMs ?? 60_000) * 1e6;
        return send({ S3: options.s3 ?? null, ImportPeriod: period, exportPeriod: period, ExportTimeout: 60e9 });
      }
      case 'POST /records': {
        const { CacheKeys, Links } = JSON.parse((await bodyOf(request)).toString()) as {
          CacheKeys: WireKey[] | null;
          Links: WireLink[] | null;
        };
        const asked: { Digest: string; CacheRefID: string }[] = [];
        for (const { ID, Results } of CacheKeys ?? []) {
          state.keys[ID] ??= {};
          for (const result of Results ?? []) {
            Object.assign(state.keys[ID] ?? {}, { [result.ID]: result.CreatedAt });
            const known = state.layers[result.ID];
            if (!known?.every(has)) asked.push({ Digest: result.ID, CacheRefID: result.ID });
          }
        }
        for (const link of Links ?? []) state.links[JSON.stringify(link)] = link;
        keep();
        return send({ ExportRecords: asked.length === 0 ? null : asked });
      }
      case 'POST /layers': {
        const { UpdatedRecords } = JSON.parse((await bodyOf(request)).toString()) as {
          UpdatedRecords: { RecordDigest: string; Layers: Descriptor[] }[];
        };
        for (const { RecordDigest, Layers } of UpdatedRecords) state.layers[RecordDigest] = Layers;
        keep();
        return send({});
      }
      case 'GET /import': {
        response.writeHead(200);
        for (const piece of await importBytes(state, has)) response.write(piece);
        response.end();
        return;
      }
      default:
        response.writeHead(404).end();
    }
  }

  async function layerRequest(request: IncomingMessage, response: ServerResponse, digest: string): Promise<void> {
    const size = sizeOf(digest);
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request);
      service.bytes += bytes.length;
      const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (found !== digest) return void response.writeHead(400).end(found);
      writeFileSync(`${layerFile(digest)}.new`, bytes);
      renameSync(`${layerFile(digest)}.new`, layerFile(digest));
      return void response.writeHead(201).end();
    }
    if (size === undefined) return void response.writeHead(404).end();
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': String(size) }).end();
    response.writeHead(206, { 'content-length': String(size - start) });
    createReadStream(layerFile(digest), { start }).pipe(response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    if (options.socketPath === undefined) server.listen(options.port ?? 0, '127.0.0.1', resolve);
    else server.listen(options.socketPath, resolve);
  });
  const port = (server.address() as AddressInfo).port;
  return Object.assign(service, {
    url: options.socketPath ? `unix://${options.socketPath}` : `http://127.0.0.1:${port}`,
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Everything that was reported, with the results whose layers are there. */
async function importBytes({ keys, links, layers }: State, has: (layer: Descriptor) => boolean): Promise<Uint8Array[]> {
  const chains = new CacheChains();
  const digests = new Map<string, string>();
  for (const { ID, Digest } of Object.values(links)) digests.set(ID, Digest);
  const records = new Map<string, CacheExporterRecord>();
  for (const id of Object.keys(keys)) records.set(id, chains.add(digests.get(id) ?? id));
  for (const { ID, LinkedID, Input, Selector } of Object.values(links)) {
    const from = records.get(LinkedID);
    if (from) records.get(ID)?.linkFrom(from, Input, Selector);
  }
  for (const [id, results] of Object.entries(keys)) {
    for (const [result, createdAt] of Object.entries(results)) {
      const descriptors = layers[result];
      if (descriptors?.every(has))
        records.get(id)?.addResult(createdAt, { descriptors, provider: { has: () => true } });
    }
  }
  const { config, descriptors } = chains.marshal();
  const { manifestDocument } = await cacheDocuments(config, 's3', [...descriptors.values()]);
  return [...manifestDocument.pieces()];
}
