import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import { type Digest, type DigestAlgorithm, parseDigest, splitDigest } from '../../../shared/oci/digest.ts';

/** Version of what lies under `.cachewright`. A store with a higher one was made by a newer program. */
export const STORE_VERSION = 1;

/** Content of `oci-layout`. */
export const OCI_LAYOUT_TEXT = '{"imageLayoutVersion":"1.0.0"}';

/**
 * Where everything of a store lies. No path is joined anywhere else.
 *
 * ```
 * <root>/
 *   oci-layout                        {"imageLayoutVersion":"1.0.0"}
 *   index.json                        references; replaced by rename only
 *   blobs/<algorithm>/<hex>           whole blobs; appear by rename only
 *   ingest/
 *     <nonce>.<owner>.blob            a blob being written
 *     <nonce>.<owner>.link            second name of a blob that is being read
 *     <nonce>.<owner>.text            a small document on its way into place
 *     <ticket>-<nonce>.<owner>.lock   the lock of a folder that is not a managed store
 *     …                               folders of other programs: left alone
 *   .cachewright/                     only in a managed store
 *     layout.json                     {"version":1}: this is a managed store
 *     reserve                         space that a prune or an undo may give up on a full disk, from 256 KiB; made again when there is room
 *     names.json                      what records are called, from the sources they came from
 *     locks/<ticket>-<nonce>.<owner>.lock
 *     leases/<nonce>.<owner>.lease    digests, one a line
 *     plans/<plan>.json               prune plans, 24 hours
 *     journal/<plan>.json             a removal or an undo that is going on
 *     trash/<plan>/batch.json         a finished removal, with its number in the order of all
 *     trash/<plan>/deleting.json      the same, once its deletion has begun; the batch of an import is named i-…
 *     trash/<plan>/<algorithm>/<hex>
 *     damage.json                     blobs that a verify found damaged, each with what its file looked like then
 *     quarantine/<batch>/batch.json   damaged blobs that were taken out of `blobs/`: what was wrong with each
 *     quarantine/<batch>/<algorithm>/<hex>
 * ```
 * What is in quarantine is served to nobody and counts as missing. It is deleted when the trash is emptied, never before.
 * `<owner>` names a process so that others can tell whether it still runs: see `owner.ts`.
 */
export interface StoreLayout {
  readonly root: string;
  readonly ociLayout: string;
  readonly index: string;
  readonly blobs: string;
  readonly ingest: string;
  readonly own: string;
  readonly storeMark: string;
  readonly reserve: string;
  readonly names: string;
  readonly locks: string;
  readonly leases: string;
  readonly plans: string;
  readonly journal: string;
  readonly trash: string;
  readonly damage: string;
  readonly quarantine: string;
  blobFolder(algorithm: DigestAlgorithm): string;
  blob(digest: Digest): string;
  /** `name` comes from `readdir` or from `ownedName`, never from a document. */
  ingestEntry(name: string): string;
  lock(name: string): string;
  lease(name: string): string;
  plan(plan: string): string;
  journalEntry(plan: string): string;
  trashBatch(plan: string): BatchPlace;
  quarantineBatch(batch: string): BatchPlace;
}

/** Where the parts of one batch of the trash or of the quarantine lie. */
export interface BatchPlace {
  readonly folder: string;
  readonly note: string;
  /** The note's name while the batch is being deleted. */
  readonly mark: string;
  folderOf(algorithm: DigestAlgorithm): string;
  blob(digest: Digest): string;
}

/** Draws the layout under `root`. */
export function layoutOf(path: string): StoreLayout {
  const root = resolve(path);
  const own = join(root, '.cachewright');
  const blobFolder = (algorithm: DigestAlgorithm) => join(root, 'blobs', algorithm);
  const batch = (kind: 'trash' | 'quarantine', name: string): BatchPlace => {
    const folder = join(own, kind, checkedPlan(name));
    return {
      folder,
      note: join(folder, 'batch.json'),
      mark: join(folder, 'deleting.json'),
      folderOf: (algorithm) => join(folder, algorithm),
      blob: (digest) => {
        const { algorithm, hex } = splitDigest(parseDigest(digest));
        return join(folder, algorithm, hex);
      },
    };
  };
  return {
    root,
    ociLayout: join(root, 'oci-layout'),
    index: join(root, 'index.json'),
    blobs: join(root, 'blobs'),
    ingest: join(root, 'ingest'),
    own,
    storeMark: join(own, 'layout.json'),
    reserve: join(own, 'reserve'),
    names: join(own, 'names.json'),
    locks: join(own, 'locks'),
    leases: join(own, 'leases'),
    plans: join(own, 'plans'),
    journal: join(own, 'journal'),
    trash: join(own, 'trash'),
    damage: join(own, 'damage.json'),
    quarantine: join(own, 'quarantine'),
    blobFolder,
    blob: (digest) => {
      const { algorithm, hex } = splitDigest(parseDigest(digest));
      return join(blobFolder(algorithm), hex);
    },
    ingestEntry: (name) => join(root, 'ingest', name),
    lock: (name) => join(own, 'locks', name),
    lease: (name) => join(own, 'leases', name),
    plan: (plan) => join(own, 'plans', `${checkedPlan(plan)}.json`),
    journalEntry: (plan) => join(own, 'journal', `${checkedPlan(plan)}.json`),
    trashBatch: (plan) => batch('trash', plan),
    quarantineBatch: (name) => batch('quarantine', name),
  };
}

/** Whether a folder of the trash or of the quarantine has a name that this program gives. */
export function isBatchName(name: string): boolean {
  return /^(p-[a-z0-9]+-[0-9a-f]{6}|[iq]-[0-9a-f]{12})$/.test(name);
}

/** The plan that a file of a journal or plan folder is about; undefined for a file that is not named like one. */
export function planOfFile(name: string): string | undefined {
  const plan = name.replace(/\.json$/, '');
  return plan !== name && PLAN.test(plan) ? plan : undefined;
}

const PLAN = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

/** A plan's name becomes a path, and it may come from a command line. */
function checkedPlan(plan: string): string {
  if (PLAN.test(plan)) return plan;
  throw new CacheError('INVALID_INPUT', 'This is not the name of a plan.', {
    subject: plan.slice(0, 80),
    hint: 'A plan is named like p-15mb-4f2a91.',
  });
}

/** The absolute path without symbolic links, as far as it exists: one place, one text. */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = dirname(absolute);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === absolute) throw toCacheError(error, path);
    return join(await canonicalPath(parent), basename(absolute));
  }
}
