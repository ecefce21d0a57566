import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { CacheError } from '../../../shared/base/errors.ts';

/** True for the written form of an address that never leaves this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = bareHost(host);
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Without port and brackets. */
export function bareHost(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/**
 * Addresses that name this machine or its own link wherever they are used: RFC 6890 (this host, loopback, link-local with
 * the metadata service of most clouds), their forms inside IPv6 (RFC 4291 section 2.5.5, RFC 6052), and the metadata
 * services that lie elsewhere (Amazon and Google over IPv6, Alibaba, Azure). A mapped IPv4 address follows the IPv4 rules.
 */
const NEAR = nearAddresses();

function nearAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addAddress('100.100.100.200', 'ipv4');
  list.addAddress('168.63.129.16', 'ipv4');
  list.addSubnet('::', 96, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('64:ff9b::0.0.0.0', 104, 'ipv6');
  list.addSubnet('64:ff9b::127.0.0.0', 104, 'ipv6');
  list.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');
  list.addAddress('fd00:ec2::254', 'ipv6');
  list.addAddress('fd20:ce::254', 'ipv6');
  return list;
}

/** True for an address of this machine, its own interfaces among them, or of its own link. False for a name. */
export function isNearAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (NEAR.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
  const own = new BlockList();
  for (const face of Object.values(networkInterfaces()).flatMap((faces) => faces ?? [])) {
    own.addAddress(face.address, face.family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return own.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The error of a registry that leads to this machine. */
export function nearAddress(host: string): CacheError {
  return new CacheError('ACCESS_DENIED', `The registry leads to an address of this machine: ${host}.`, {
    subject: host,
    hint: 'It was not followed. Tell the operator of the registry: its answers may have been tampered with.',
  });
}

/**
 * A name resolver for connections that refuses a name of which any address is one of this machine. The connection uses the
 * addresses that were checked, so that a name cannot change in between.
 */
export function createFarLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      if (addresses.some(({ address }) => isNearAddress(address))) return callback(nearAddress(hostname), []);
      const [first] = addresses;
      if (options.all || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
