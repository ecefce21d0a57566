import type { Digest } from '../../../shared/oci/digest.ts';
import type {
  Mote,
  MoteCache,
  MoteInfo,
  MotePruneReport,
  MoteReader,
  MoteReaderAt,
  MoteWriter,
} from '../../engine/ports/mote-cache.ts';

const nothing = async () => {};

/** Caching is off: everything is accepted, nothing is kept, and a reader is empty. */
export class NilCache implements MoteCache {
  async initialize(): Promise<void> {}

  isDirty(): boolean {
    return false;
  }

  async refresh(): Promise<boolean> {
    return false;
  }

  async moteExists(): Promise<boolean> {
    return false;
  }

  async find(): Promise<MoteInfo | undefined> {
    return undefined;
  }

  moteRef(): string {
    return '';
  }

  async createMote(digest: Digest, mediaType: string, size: number): Promise<Mote> {
    return { digest, mediaType, dataSize: size };
  }

  async moteWriter(): Promise<MoteWriter> {
    return { write: nothing, close: nothing, abort: nothing, [Symbol.asyncDispose]: nothing };
  }

  async commitMote(): Promise<void> {}

  async moteReader(): Promise<MoteReader> {
    return { size: 0, close: nothing, [Symbol.asyncDispose]: nothing, async *[Symbol.asyncIterator]() {} };
  }

  async moteReaderAt(): Promise<MoteReaderAt> {
    return { size: 0, close: nothing, [Symbol.asyncDispose]: nothing, readAt: async () => 0 };
  }

  async removeMote(): Promise<void> {}

  async prune(): Promise<MotePruneReport> {
    return { removed: 0, freedBytes: 0 };
  }
}
