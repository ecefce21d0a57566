import { expect, test } from 'vitest';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import type { CacheDocuments } from '../remotecache/cache-documents.ts';
import { nameAtTarget } from './name-at-target.ts';

const manifest: Descriptor = { mediaType: 'm', digest: `sha256:${'1'.repeat(64)}`, size: 1 };
const named = (...refs: string[]) => refs.map((ref) => ({ ref, documents: { manifest } as CacheDocuments }));

function target(keepsCaches: boolean, ...taken: string[]): CacheTarget {
  return { keepsCaches, leadsElsewhere: async (ref: string) => taken.includes(ref) } as unknown as CacheTarget;
}

const names = async (
  to: CacheTarget | undefined,
  refs: string[],
  options: { as?: string; replace?: boolean } = {},
  location = '/srv/my cache.tar',
) => (await nameAtTarget(to, named(...refs), options, location)).map(({ ref }) => ref);

test('a cache gets the name of its folder where a store holds another one under its own', async () => {
  const taken = target(true, 'latest');
  expect(await names(taken, ['latest'])).toEqual(['my-cache']);
  expect(await names(taken, ['other'])).toEqual(['other']);
  expect(await names(taken, ['latest', 'other'])).toEqual(['my-cache-latest', 'other']);
});

test('where it may be replaced, or the target keeps nothing, it keeps its own', async () => {
  expect(await names(target(true, 'latest'), ['latest'], { replace: true })).toEqual(['latest']);
  expect(await names(target(false, 'latest'), ['latest'])).toEqual(['latest']);
  expect(await names(undefined, ['latest'])).toEqual(['latest']);
});

test('a name that was asked for and is taken, and a second one that is taken too, are CONFLICT', async () => {
  const asked = names(target(true, 'mine'), ['mine'], { as: 'mine' });
  await expect(asked).rejects.toMatchObject({ code: 'CONFLICT', subject: 'mine' });
  const both = names(target(true, 'latest', 'my-cache'), ['latest']);
  await expect(both).rejects.toMatchObject({ code: 'CONFLICT', subject: 'latest, my-cache' });
});
