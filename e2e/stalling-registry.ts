import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A registry with one cache, which stops answering for blobs when it is told to. */
export interface StallingRegistry extends AsyncDisposable {
  readonly reference: string;
  stall(): void;
}

/** Serves the layout of a folder as the repository `site`. */
export async function startStallingRegistry(layout: string): Promise<StallingRegistry> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string; readonly mediaType: string }[];
  };
  let stalls = false;
  const server = createServer(async (request, response) => {
    const [, kind, name = ''] = /^\/v2\/site\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    if (kind === undefined) return void response.writeHead(request.url === '/v2/' ? 200 : 404).end();
    if (kind === 'blobs' && stalls) return;
    const manifest = index.manifests.find(({ digest }) => name === 'latest' || name === digest);
    const digest = kind === 'manifests' ? manifest?.digest : name;
    const body = digest && (await readFile(join(layout, 'blobs', digest.replace(':', '/'))).catch(() => undefined));
    if (!body) return void response.writeHead(404).end();
    const type = kind === 'manifests' ? manifest?.mediaType : undefined;
    response.writeHead(200, {
      'content-type': type ?? 'application/octet-stream',
      'content-length': body.length,
      'docker-content-digest': digest,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    reference: `docker://127.0.0.1:${(server.address() as AddressInfo).port}/site:latest`,
    stall() {
      stalls = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
