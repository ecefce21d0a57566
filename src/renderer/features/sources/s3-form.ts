/** What a person fills in about a bucket. */
export interface S3Form {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly endpoint: string;
  readonly style: 'auto' | 'host' | 'path';
}

export const EMPTY_S3_FORM: S3Form = { bucket: '', prefix: '', region: '', endpoint: '', style: 'auto' };

/** Returns the address that a form means; whether it is one is told by who reads it. */
export function locationOfForm({ bucket, prefix, region, endpoint, style }: S3Form): string {
  const folder = prefix.trim().replace(/^\/+|\/+$/g, '');
  const values: readonly (readonly [string, string])[] = [
    ['endpoint', endpoint.trim()],
    ['path-style', style === 'auto' ? '' : String(style === 'path')],
    ['region', region.trim()],
  ];
  const query = values
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const path = folder.split('/').map(encodeURIComponent).join('/');
  return `s3://${bucket.trim()}${path === '' ? '' : `/${path}`}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
