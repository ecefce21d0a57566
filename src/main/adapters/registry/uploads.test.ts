import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { createSlots } from '../../engine/streams/slots.ts';
import type { RegistryClient } from './client.ts';
import { createUploads } from './uploads.ts';

const blob = { mediaType: '', digest: `sha256:${'a'.repeat(64)}`, size: 1 };

/** A registry that begins every upload, and refuses what is sent as `put` says. */
function registry(put: () => Response) {
  const asked: string[] = [];
  const client: RegistryClient = {
    host: 'HOST',
    downloads: createSlots(1),
    uploads: createSlots(1),
    resolve: (location) => `https://HOST${location}`,
    async send({ method }) {
      asked.push(method);
      if (method === 'POST') return new Response(null, { status: 202, headers: { location: '/upload' } });
      return method === 'PUT' ? put() : new Response(null, { status: 204 });
    },
  };
  return { asked, uploads: createUploads(client, 'app') };
}

test('an upload that the registry forgets is begun anew, and each time cancelled', async () => {
  const { asked, uploads } = registry(() => new Response(null, { status: 404 }));
  const bytes = async function* () {
    yield new Uint8Array(1);
  };
  const sent = uploads.send(blob, bytes, { signal: undefined, onBytes: undefined });
  await expect(sent).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(asked).toEqual(Array(4).fill(['POST', 'PUT', 'DELETE']).flat());
});

test('what the source does not have is asked for once', async () => {
  const { asked, uploads } = registry(() => new Response(null, { status: 201 }));
  const gone = new CacheError('NOT_FOUND', 'gone', { subject: blob.digest });
  // biome-ignore lint/correctness/useYield: it fails before the first byte
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    throw gone;
  };
  await expect(uploads.send(blob, bytes, { signal: undefined, onBytes: undefined })).rejects.toBe(gone);
  expect(asked).toEqual(['POST', 'DELETE']);
});
