import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { ManagedStore } from '../ports/managed-store.ts';
import { quarantineDamaged } from './quarantine-damaged.ts';
import { openSession } from './store-session.ts';
import { createMemoryStoreFiles, digestOf } from './testing/memory-store-files.ts';

const bytes = (text: string) => Buffer.from(text);
const digest = (text: string) => digestOf(bytes(text));

/** A store whose blobs are read in two pieces; an error is thrown where one is read. */
function storeOf(contents: ReadonlyMap<Digest, Uint8Array | CacheError>) {
  const files = createMemoryStoreFiles();
  const blobs = {
    async moteReader(one: Digest) {
      const content = contents.get(one);
      if (content === undefined) throw new CacheError('NOT_FOUND', 'It is not there.', { subject: one });
      if (content instanceof CacheError) throw content;
      await files.put(one, content);
      return {
        async *[Symbol.asyncIterator]() {
          yield content.subarray(0, 1);
          yield content.subarray(1);
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
  let locks = 0;
  const exclusive: ManagedStore['exclusive'] = async (body) => {
    locks += 1;
    return body(await openSession(files));
  };
  return { store: { blobs, exclusive } as unknown as ManagedStore, files, locks: () => locks };
}

test('each blob is read once; what is whole or absent stays, and damage is named', async () => {
  const { store, files } = storeOf(
    new Map<Digest, Uint8Array | CacheError>([
      [digest('whole'), bytes('whole')],
      [digest('damaged'), bytes('damage!')],
    ]),
  );
  const read: [number, Digest][] = [];
  const all = [digest('whole'), digest('absent'), digest('damaged'), digest('whole')];
  const outcome = await quarantineDamaged(store, all, { onBytes: (count, one) => read.push([count, one]) });
  expect(outcome).toMatchObject({
    whole: [digest('whole')],
    absent: [digest('absent')],
    moved: [{ digest: digest('damaged'), problem: `7 B with the digest ${digest('damage!')}`, size: 7 }],
  });
  expect(read).toEqual([
    [1, digest('whole')],
    [4, digest('whole')],
    [1, digest('damaged')],
    [6, digest('damaged')],
  ]);
  expect(await files.list('blobs')).toEqual([digest('whole')]);
});

test('no lock is taken where nothing is damaged, and other failures are told', async () => {
  const { store, locks } = storeOf(new Map([[digest('whole'), bytes('whole')]]));
  expect((await quarantineDamaged(store, [digest('whole')])).moved).toEqual([]);
  await expect(quarantineDamaged(store, [digest('whole')], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const denied = storeOf(new Map([[digest('x'), new CacheError('ACCESS_DENIED', 'No.')]]));
  await expect(quarantineDamaged(denied.store, [digest('x')])).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(locks() + denied.locks()).toBe(0);
});

test('what is no plain file is damage', async () => {
  const { store, files } = storeOf(new Map([[digest('x'), new CacheError('CORRUPT', 'It is a link.')]]));
  await files.put(digest('x'), bytes(''));
  expect((await quarantineDamaged(store, [digest('x')])).moved).toMatchObject([{ problem: 'It is a link.' }]);
});
