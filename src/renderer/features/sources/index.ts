import { Cloud, Database, FolderOpen, Package, RefreshCw, ShieldCheck, X } from 'lucide-react';
import { sourceHref } from '../../base/address.ts';
import type { PartFeature } from '../../base/feature.ts';
import { rememberLocation, showDialog } from '../../base/window-state.ts';

/** What is open: the pane on the left, opening and closing. */
export const feature: PartFeature = {
  scope: 'part',
  id: 'sources',
  title: 'Sources',
  icon: Package,
  commands: [
    {
      id: 'sources.open',
      title: 'Open a cache',
      icon: FolderOpen,
      words: 'folder tar oci layout path source',
      keys: 'mod+o',
      group: 'Anywhere',
      run: () => showDialog('open'),
    },
    {
      id: 'sources.open-sample',
      title: 'Open the sample cache',
      icon: Package,
      words: 'example demo try',
      run: async ({ engine, navigate }) => {
        const { sample } = await engine.app.info();
        const { source } = await engine.sources.open({ location: sample });
        navigate(sourceHref(source.id, 'overview'));
      },
    },
    {
      id: 'sources.connect-s3',
      title: 'Connect an S3 cache',
      icon: Cloud,
      words: 'bucket aws ceph minio credentials test open',
      run: () => showDialog('connect-s3'),
    },
    {
      id: 'sources.create-store',
      title: 'Create a store',
      icon: Database,
      words: 'managed new import prune',
      run: () => showDialog('create-store'),
    },
    {
      id: 'sources.reload',
      title: 'Read the source again',
      icon: RefreshCw,
      words: 'reload refresh',
      enabled: ({ source }) => source !== undefined && source.state !== 'opening',
      run: async ({ engine, source }) => {
        if (source) await engine.sources.reload({ sourceId: source.id, force: true });
      },
    },
    {
      id: 'sources.verify',
      title: 'Verify every blob',
      icon: ShieldCheck,
      words: 'check hash digest integrity corrupt',
      enabled: ({ source }) => source?.state === 'ready',
      run: async ({ engine, source }) => {
        if (source) await engine.verify.start({ sourceId: source.id });
      },
    },
    {
      id: 'sources.close',
      title: 'Take the source from the list',
      icon: X,
      words: 'close remove forget',
      enabled: ({ source }) => source !== undefined,
      run: async ({ engine, source, navigate }) => {
        if (!source) return;
        rememberLocation(source.location);
        await engine.sources.close({ sourceId: source.id });
        navigate('/');
      },
    },
  ],
};
