/** A location as a person writes it, taken apart at `://`. */
export interface LocationText {
  /** In lower case; undefined for a bare path. */
  readonly scheme: string | undefined;
  /** What stands behind `://`; of a bare path all of it. */
  readonly rest: string;
}

/** Splits `SCHEME://REST`. Anything without a scheme is a path, also `oci:PATH` and `C:\cache`. */
export function splitLocation(text: string): LocationText {
  const [all = '', scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  return { scheme: scheme?.toLowerCase(), rest: text.slice(all.length) };
}

/** True for `docker://…`, the reference of a cache in a registry. */
export function isRegistryLocation(text: string): boolean {
  return splitLocation(text).scheme === 'docker';
}

/** True for `s3://…`, caches in a bucket. */
export function isS3Location(text: string): boolean {
  return splitLocation(text).scheme === 's3';
}

/** A location without what an S3 address says behind `?`. A path may have a `?` of its own. */
export function withoutQuery(location: string): string {
  return isS3Location(location) ? location.replace(/\?.*$/s, '') : location;
}
