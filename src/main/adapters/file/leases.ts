import * as fs from 'node:fs/promises';
import { toCacheError } from '../../../shared/base/errors.ts';
import { type Digest, isDigest } from '../../../shared/oci/digest.ts';
import type { Lease } from '../../engine/ports/managed-store.ts';
import { close } from './descriptors.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { namesIn } from './layout-folder.ts';
import { isOwnerGone, ownedName, ownerOf } from './owner.ts';
import { readPlainText } from './plain-text.ts';

/**
 * Takes a lease: a file of this process that lists digests. It is in place before this resolves, so a prune that reads
 * leases after it has moved blobs sees every lease whose holder could have seen those blobs. Not made durable: after a
 * crash of the machine its process is gone, and so is the lease.
 */
export async function takeLease(layout: StoreLayout, disk: Disk, digests: Iterable<Digest>): Promise<Lease> {
  const held: string[] = [];
  const add = async (more: Iterable<Digest>) => {
    const text = [...more].join('\n');
    if (text === '') return;
    const pending = layout.ingestEntry(ownedName('text'));
    const path = layout.lease(ownedName('lease'));
    try {
      const file = await disk.create(pending);
      try {
        await disk.write(file, Buffer.from(text));
      } finally {
        close(file);
      }
      await disk.rename(pending, path);
    } catch (error) {
      await disk.remove(pending).catch(() => {});
      throw toCacheError(error, path);
    }
    held.push(path);
  };
  await add(digests);
  return {
    add,
    [Symbol.asyncDispose]: async () => {
      for (const path of held.splice(0)) await disk.remove(path);
    },
  };
}

/** Every digest that a living process holds. Leases of processes that are gone are cleared away. */
export async function leasedDigests(layout: StoreLayout, disk: Disk): Promise<Set<Digest>> {
  const digests = new Set<Digest>();
  for (const name of (await namesIn(layout.leases)) ?? []) {
    const path = layout.lease(name);
    const stat = await fs.lstat(path).catch(() => undefined);
    const owner = ownerOf(name);
    if (!stat || !owner) continue;
    if (isOwnerGone(owner, stat.mtimeMs)) {
      await disk.remove(path);
      continue;
    }
    // Released in this moment: then it holds nothing any more.
    const text = await readPlainText(path).catch(() => '');
    for (const line of text.split('\n')) if (isDigest(line)) digests.add(line);
  }
  return digests;
}
