import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { createExporter, type ExportStatus, exporterResponseManifestDesc, type Ingester } from './exporter.ts';

const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const layer = (text: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: sha(text),
  size: text.length,
  annotations: { 'containerd.io/uncompressed': sha(`tar ${text}`) },
});

/** An ingester that keeps what it is given, in order; it has no bytes of layers, only their names. */
function keeping() {
  const written: string[] = [];
  const documents = new Map<string, string>();
  const keep = async (what: string, pieces: Iterable<Uint8Array>, { digest }: Descriptor) => {
    written.push(what);
    documents.set(digest, Buffer.concat([...pieces]).toString());
  };
  const ingester: Ingester = {
    async writeLayers(layers, _, { onBytes, onArrived }) {
      for (const blob of layers) {
        written.push(`layer ${blob.digest}`);
        onBytes(blob.size - 1, blob);
        onBytes(1, blob);
        onArrived(blob);
      }
    },
    writeConfig: (document, descriptor) => keep('config', document.pieces(), descriptor),
    writeManifest: (document, descriptor) => keep('manifest', document.pieces(), descriptor),
  };
  return { ingester, written, documents };
}

function exporterOf(
  ingester: Ingester,
  {
    form = 'image-manifest',
    has = () => true,
  }: Partial<{
    form: 'image-manifest' | 'index-docker' | 'index-oci';
    has: (digest: string) => boolean;
  }> = {},
) {
  const content = { openBlob: () => expect.fail('nobody reads'), locateBlobs: async () => [], has };
  return createExporter(ingester, { form, content });
}

function addChain(exporter: ReturnType<typeof exporterOf>): readonly Descriptor[] {
  const layers = [layer('base'), layer('top!')];
  const base = exporter.add(sha('FROM'));
  const step = exporter.add(sha('RUN'));
  step.linkFrom(base, 0, '');
  step.addResult('2024-05-06T07:08:09Z', { descriptors: layers, provider: { has: () => true } });
  return layers;
}

describe('finalize', () => {
  test.each(['image-manifest', 'index-oci', 'index-docker'] as const)(
    'writes layers, config, manifest: %s',
    async (form) => {
      const { ingester, written, documents } = keeping();
      const exporter = exporterOf(ingester, { form });
      const layers = addChain(exporter);
      const statuses: ExportStatus[] = [];
      const response = await exporter.finalize({ onProgress: (status) => statuses.push(status) });
      expect(written).toEqual([...layers.map(({ digest }) => `layer ${digest}`).sort(), 'config', 'manifest']);

      expect(Object.keys(response)).toEqual([exporterResponseManifestDesc]);
      const manifest = JSON.parse(response['cache.manifest'] ?? '') as Descriptor;
      const text = documents.get(manifest.digest) ?? '';
      expect([sha(text), text.length]).toEqual([manifest.digest, manifest.size]);
      const named = JSON.parse(text) as { config?: Descriptor; manifests?: Descriptor[] };
      const config = named.config ?? named.manifests?.at(-1);
      const records = JSON.parse(documents.get(config?.digest ?? '') ?? '') as {
        records: unknown[];
        layers: unknown[];
      };
      expect([records.records.length, records.layers.length]).toEqual([2, 2]);

      const top = statuses.filter(({ blob }) => blob.digest === layers[1]?.digest);
      expect(top.map(({ id, done, isComplete }) => [id, done, isComplete])).toEqual([
        [`writing layer ${layers[1]?.digest}`, 3, false],
        [`writing layer ${layers[1]?.digest}`, 4, false],
        [`writing layer ${layers[1]?.digest}`, 4, true],
      ]);
      expect(statuses.filter(({ isComplete }) => isComplete).map(({ what }) => what)).toEqual([
        'layer',
        'layer',
        'config',
        'manifest',
      ]);
    },
  );

  test('of an empty cache writes nothing, answers nothing and warns', async () => {
    const { ingester, written } = keeping();
    const exporter = exporterOf(ingester);
    exporter.add(sha('FROM'));
    const warnings: string[] = [];
    expect(await exporter.finalize({ onWarning: (text) => warnings.push(text) })).toEqual({});
    expect([written, warnings]).toEqual([[], ['The cache has no layers: nothing was written.']]);
  });

  test('names a layer that is nowhere, before anything is written', async () => {
    const { ingester, written } = keeping();
    const missing = layer('top!').digest;
    const exporter = exporterOf(ingester, { has: (digest) => digest !== missing });
    addChain(exporter);
    await expect(exporter.finalize()).rejects.toMatchObject({ code: 'NOT_FOUND', subject: missing });
    expect(written).toEqual([]);
  });

  test('writes no document after a layer that failed, nor after the signal', async () => {
    const { ingester, written } = keeping();
    const failing = exporterOf({ ...ingester, writeLayers: () => Promise.reject(new Error('cut')) });
    addChain(failing);
    await expect(failing.finalize()).rejects.toThrow('cut');
    const abort = new AbortController();
    const aborted = exporterOf({ ...ingester, writeLayers: async () => abort.abort() });
    addChain(aborted);
    await expect(aborted.finalize({ signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(written).toEqual([]);
  });
});
