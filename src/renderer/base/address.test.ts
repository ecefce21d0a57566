import { describe, expect, it } from 'vitest';
import { linkTo, placeOf, sourceHref } from './address.ts';

describe('addresses', () => {
  it('reads back the place it wrote, whatever the id', () => {
    for (const id of ['oci-layout-1f', 'a b/c', 'ü?#']) {
      expect(placeOf(new URL(sourceHref(id, 'keys'), 'http://x').pathname)).toEqual({ sourceId: id, segment: 'keys' });
    }
  });

  it('keeps digests readable and leaves empty parameters out', () => {
    const href = sourceHref('a', 'keys', { record: 'sha256:ab', filter: '', sort: undefined, q: 'kind:copy,exec a&b' });
    expect(href).toBe('/sources/a/keys?record=sha256:ab&q=kind:copy,exec+a%26b');
    expect(new URL(href, 'http://x').searchParams.get('q')).toBe('kind:copy,exec a&b');
  });

  it('takes the overview where no view is named, and no source at the start', () => {
    expect(placeOf('/sources/a')).toEqual({ sourceId: 'a', segment: 'overview' });
    expect(placeOf('/')).toEqual({ sourceId: undefined, segment: '' });
    expect(placeOf('/jobs')).toEqual({ sourceId: undefined, segment: 'jobs' });
  });

  it('links to the desktop program by the scheme that the system knows, and to a browser as it is', () => {
    expect(linkTo('/sources/a/keys?record=sha256:ab', 'app://cachewright/sources/b/graph')).toBe(
      'cachewright:///sources/a/keys?record=sha256:ab',
    );
    expect(linkTo('app://cachewright/jobs', 'app://cachewright/')).toBe('cachewright:///jobs');
    expect(linkTo('/jobs', 'http://127.0.0.1:4000/sources/a')).toBe('http://127.0.0.1:4000/jobs');
  });
});
