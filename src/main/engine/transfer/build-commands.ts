import { shellWord } from '../../../shared/base/shell-word.ts';
import { S3_PREFIXES, type S3Address } from '../../../shared/oci/s3-address.ts';

/** Lines to paste into a build that imports a cache from a folder, for both command lines. */
export function buildCommands(folder: string, ref: string): string[] {
  const fields = ['type=local', csvField(`src=${folder}`), ...(ref === 'latest' ? [] : [csvField(`tag=${ref}`)])];
  const value = shellWord(fields.join(','));
  return [`buildctl build --import-cache ${value} …`, `docker buildx build --cache-from ${value} .`];
}

/**
 * Lines for a build that imports a cache from a registry, and for one that exports its own there.
 * @param reference `host/repository:tag`
 */
export function registryCommands(reference: string): string[] {
  const value = shellWord(['type=registry', csvField(`ref=${reference}`)].join(','));
  return [
    `buildctl build --import-cache ${value} …`,
    `docker buildx build --cache-from ${value} .`,
    `buildctl build --export-cache ${value},mode=max …`,
    `docker buildx build --cache-to ${value},mode=max .`,
  ];
}

/** Lines for a build that imports a cache from S3, and for one that exports its own there under all these names. */
export function s3Commands(address: S3Address, names: readonly string[]): string[] {
  const { bucket, region, prefix, endpoint, pathStyle, manifestsPrefix, blobsPrefix } = address;
  const at = (name: string): string => {
    const fields = [
      'type=s3',
      `bucket=${bucket}`,
      ...(region === undefined ? [] : [`region=${region}`]),
      ...(prefix === '' ? [] : [`prefix=${prefix}`]),
      ...(name === 'buildkit' ? [] : [`name=${name}`]),
      ...(endpoint === undefined ? [] : [`endpoint_url=${endpoint}`]),
      ...(endpoint !== undefined && pathStyle ? ['use_path_style=true'] : []),
      ...(manifestsPrefix === S3_PREFIXES.manifestsPrefix ? [] : [`manifests_prefix=${manifestsPrefix}`]),
      ...(blobsPrefix === S3_PREFIXES.blobsPrefix ? [] : [`blobs_prefix=${blobsPrefix}`]),
    ];
    return shellWord(fields.map(csvField).join(','));
  };
  // An import takes the first name only.
  const [from, to] = [at(names[0] ?? ''), at(names.join(';'))];
  return [
    `buildctl build --import-cache ${from} …`,
    `docker buildx build --cache-from ${from} .`,
    `buildctl build --export-cache ${to},mode=max …`,
    `docker buildx build --cache-to ${to},mode=max .`,
  ];
}

/** A field of the comma-separated value that both command lines read. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
