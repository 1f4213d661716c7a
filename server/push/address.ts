/** Which addresses of the internet a push service may have. The rest would be the mall's own network, or this machine. */
import { BlockList, isIP } from 'node:net';

const NEVER_IPV4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; a cloud keeps its metadata there too
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a cloud's host, seen from its guests
  ['169.254.0.0', 16], // link-local, with the metadata of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];
/** Global unicast; everything else (loopback, link-local, private, multicast, IPv4-mapped, NAT64) lies outside. */
const ONLY_IPV6: readonly [network: string, prefix: number] = ['2000::', 3];
const NEVER_IPV6: readonly [network: string, prefix: number][] = [
  ['2001::', 23], // protocol assignments; Teredo holds an IPv4 address
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4 holds an IPv4 address
  ['3fff::', 20], // documentation
];

const never = new BlockList();
for (const [network, prefix] of NEVER_IPV4) never.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of NEVER_IPV6) never.addSubnet(network, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet(...ONLY_IPV6, 'ipv6');

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !never.check(address, 'ipv4');
    case 6:
      return global.check(address, 'ipv6') && !never.check(address, 'ipv6');
    default:
      return false;
  }
}
