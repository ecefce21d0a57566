import type { BoltDatabase } from '../bolt/open.ts';

const text = new TextDecoder();

/** How many builds a daemon's `history.db` tells of: one entry of `_records` a build. */
export function countBuilds(history: BoltDatabase): number {
  let builds = 0;
  for (const entry of history.root.bucket('_records')?.entries() ?? []) if (entry.value) builds += 1;
  return builds;
}

/** Digests of all blobs that a worker's `containerdmeta.db` keeps alive, as `v1/<namespace>/content/blob/<digest>`. */
export function managedBlobs(containerd: BoltDatabase): string[] {
  const digests: string[] = [];
  for (const namespace of containerd.root.bucket('v1')?.entries() ?? []) {
    const blobs = namespace.bucket?.bucket('content')?.bucket('blob');
    for (const entry of blobs?.entries() ?? []) if (entry.bucket) digests.push(text.decode(entry.key));
  }
  return digests;
}
