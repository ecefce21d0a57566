import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../shared/model/job.ts';
import type { AuditLog, RecentSource, RecentSources } from './app-state.ts';

const source = (id: string, openedAt: number): RecentSource => ({
  id,
  kind: 'oci-layout',
  location: `/srv/${id}`,
  openedAt,
});
const entry = (at: number): AuditEntry => ({
  at,
  action: 'prune',
  subject: '/srv/store',
  outcome: 'done',
  detail: 'ünï 3 records',
});

/** What every list of sources and audit log promises. `open` gives the two on fresh state. */
export function appStateSuite(name: string, open: () => { recents: RecentSources; audit: AuditLog }): void {
  describe(`app state: ${name}`, () => {
    it('lists sources oldest first, replaces by id, removes', () => {
      const { recents } = open();
      recents.put(source('b', 2));
      recents.put(source('a', 3));
      recents.put(source('c', 1));
      recents.put({ ...source('b', 2), kind: 'store' });
      expect(recents.list()).toEqual([source('c', 1), { ...source('b', 2), kind: 'store' }, source('a', 3)]);
      recents.remove('b');
      recents.remove('nobody');
      expect(recents.list().map(({ id }) => id)).toEqual(['c', 'a']);
    });

    it('keeps the audit log in the order of writing, newest first, also within one millisecond', () => {
      const { audit } = open();
      for (const at of [5, 5, 1]) audit.append({ ...entry(at), subject: `at ${at}` });
      audit.append(entry(9));
      expect(audit.list(2)).toEqual([entry(9), { ...entry(1), subject: 'at 1' }]);
      expect(audit.list(10)).toHaveLength(4);
    });
  });
}
