import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrunePolicy } from '../../../../shared/model/plan.ts';
import type { TransferOptions, TransferReport } from '../../../../shared/model/transfer.ts';
import type { CacheSource } from '../../../engine/ports/cache-source.ts';
import type { LayoutStore, ManagedStore } from '../../../engine/ports/managed-store.ts';
import { applyPlan } from '../../../engine/prune/apply.ts';
import type { KeptPlan } from '../../../engine/prune/kept-plan.ts';
import { createPlanner } from '../../../engine/prune/planner.ts';
import { createHandClock } from '../../../engine/testing/stand-ins.ts';
import { createLayoutTarget } from '../../../engine/transfer/layout-target.ts';
import { transferCaches } from '../../../engine/transfer/transfer.ts';
import { openSource } from '../../oci-layout/index.ts';
import { createOciLayoutSource } from '../../oci-layout/source.ts';
import { createDisk, type DiskOptions } from '../disk.ts';
import { createStoreOpener } from '../store-opener.ts';

/** A temporary folder for stores and layouts. */
export interface TestFolder extends AsyncDisposable {
  readonly path: string;
  at(name: string): string;
}

/** Makes one; it goes with everything in it. */
export async function createTestFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'cachewright-store-'));
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Opens a store, or creates it, as a program that has just started would. */
export function startOn(path: string, disk?: DiskOptions): Promise<ManagedStore> {
  const opener = createStoreOpener(disk ? { disk: createDisk(disk) } : {});
  return existsSync(join(path, '.cachewright/layout.json')) ? opener.openStore(path) : opener.createStore(path);
}

/** Reads the same folder. */
export function sourceOf(store: { readonly location: string }): CacheSource {
  return createOciLayoutSource(store.location);
}

/** Imports a layout. */
export async function importFrom(
  from: string,
  store: LayoutStore,
  options: Partial<TransferOptions> = {},
  signal?: AbortSignal,
): Promise<TransferReport> {
  const source = await openSource(from);
  return transferCaches({
    source,
    openTarget: async () => createLayoutTarget(store),
    options: { mode: 'max', replace: true, ...options },
    signal,
  });
}

/** A plan for a store. */
export async function planFor(store: ManagedStore, policy: PrunePolicy, now = Date.now()): Promise<KeptPlan> {
  const source = sourceOf(store);
  return createPlanner(createHandClock(now)).make({
    sourceId: 'test',
    policy,
    store,
    keep: true,
    source,
    read: () => source.read(),
    space: async () => undefined,
  });
}

/** Plans and applies. */
export async function prune(store: ManagedStore, policy: PrunePolicy, signal?: AbortSignal, now = Date.now()) {
  const plan = await planFor(store, policy, now);
  return applyPlan({ store, source: sourceOf(store), plan, now, signal });
}

/** Takes a reference away as another program does: what only it kept is led to by nothing then. */
export async function dropReference(root: string, ref: string): Promise<void> {
  const path = join(root, 'index.json');
  const index = JSON.parse(await readFile(path, 'utf8')) as { manifests: Link[] };
  const manifests = index.manifests.filter((entry) => entry.annotations?.['org.opencontainers.image.ref.name'] !== ref);
  await writeFile(path, JSON.stringify({ ...index, manifests }));
}

/** Every file with the digest of its bytes. What only bookkeeping needs (plans, locks, the reserve) is left out. */
export async function treeOf(root: string): Promise<Readonly<Record<string, string>>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /[/\\]\.cachewright[/\\](plans|locks)$/.test(entry.parentPath)) continue;
    const path = join(entry.parentPath, entry.name);
    if (/[/\\]\.cachewright[/\\]reserve$/.test(path)) continue;
    tree[path.slice(root.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return tree;
}

/** What a look at a layout finds that has nothing to do with the code under test. */
export interface Wholeness {
  readonly references: readonly string[];
  /** Led to by a reference and not there. */
  readonly missing: readonly string[];
  /** There under a digest that its bytes do not have. */
  readonly corrupt: readonly string[];
  /** There and led to by nothing. */
  readonly orphans: readonly string[];
  /** Left in `ingest/` and in the bookkeeping of work that is over. */
  readonly leftovers: readonly string[];
}

interface Link {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Looks at every file of a layout. */
export async function wholenessOf(root: string): Promise<Wholeness> {
  const index = JSON.parse(await readFile(join(root, 'index.json'), 'utf8')) as { manifests: Link[] };
  const blob = (digest: string) => join(root, 'blobs', ...digest.split(':'));
  const led = new Set<string>();
  for (const { digest } of index.manifests) {
    led.add(digest);
    if (!existsSync(blob(digest))) continue;
    const manifest = JSON.parse(await readFile(blob(digest), 'utf8')) as {
      config?: Link;
      layers?: Link[];
      manifests?: Link[];
    };
    for (const link of [manifest.config, ...(manifest.layers ?? []), ...(manifest.manifests ?? [])]) {
      if (link) led.add(link.digest);
    }
  }
  const there = (await names(join(root, 'blobs/sha256'))).map((hex) => `sha256:${hex}`);
  const corrupt: string[] = [];
  for (const digest of there) {
    const actual = createHash('sha256')
      .update(await readFile(blob(digest)))
      .digest('hex');
    if (`sha256:${actual}` !== digest) corrupt.push(digest);
  }
  const leftovers = await Promise.all(
    ['ingest', '.cachewright/journal', '.cachewright/leases', '.cachewright/locks'].map((folder) =>
      names(join(root, folder)),
    ),
  );
  return {
    references: index.manifests
      .map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] ?? '')
      .sort(),
    missing: [...led].filter((digest) => !there.includes(digest)).sort(),
    corrupt,
    orphans: there.filter((digest) => !led.has(digest)).sort(),
    leftovers: leftovers.flat(),
  };
}

async function names(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}
