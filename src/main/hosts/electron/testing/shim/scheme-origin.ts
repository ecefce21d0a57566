/**
 * Addresses of a program's own schemes as Chromium sees them. It cannot navigate to a scheme that it was not built with, so
 * each standard, secure scheme becomes an origin of https, under a name that no network resolves (RFC 6761, `invalid`).
 */
export function createSchemeOrigins(): SchemeOrigins {
  const schemes = new Set<string>();
  const suffix = (scheme: string): string => `.${scheme}.electron-shim.invalid`;
  return {
    add: (scheme) => {
      schemes.add(scheme);
    },
    toChromium(address) {
      const url = URL.parse(address);
      const scheme = url?.protocol.slice(0, -1) ?? '';
      if (!url || !schemes.has(scheme)) return address;
      return address.replace(`${scheme}://${url.host}`, `https://${url.host}${suffix(scheme)}`);
    },
    fromChromium(address) {
      const url = URL.parse(address);
      for (const scheme of schemes) {
        if (url?.protocol !== 'https:' || !url.hostname.endsWith(suffix(scheme))) continue;
        return address.replace(`https://${url.host}`, `${scheme}://${url.host.slice(0, -suffix(scheme).length)}`);
      }
      return address;
    },
  };
}

/** Maps addresses both ways; every other address stays as it is. */
export interface SchemeOrigins {
  add(scheme: string): void;
  toChromium(address: string): string;
  fromChromium(address: string): string;
}
