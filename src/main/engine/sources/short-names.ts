import { withoutQuery } from '../../../shared/oci/location.ts';

/**
 * A short name for each location: its last segment, with as many before it as it takes to tell it from the others.
 * `/srv/a/cache` and `/srv/b/cache` are `a/cache` and `b/cache`. What a reference says behind `?` is left out, unless nothing
 * else tells two apart. Equal locations get equal names.
 */
export function shortNames(locations: readonly string[]): string[] {
  const segments = locations.map((location) =>
    withoutQuery(location)
      .split(/[/\\]+/)
      .filter((part) => part !== ''),
  );
  const suffix = (index: number, length: number): string => segments[index]?.slice(-length).join('/') ?? '';
  return locations.map((location, index) => {
    const others = locations.flatMap((other, i) => (other === location ? [] : [i]));
    const longest = segments[index]?.length ?? 0;
    let length = 1;
    while (length < longest && others.some((i) => suffix(i, length) === suffix(index, length))) length += 1;
    const isShared = others.some((i) => suffix(i, length) === suffix(index, length));
    return (isShared && withoutQuery(location) !== location ? undefined : suffix(index, length)) || location;
  });
}
