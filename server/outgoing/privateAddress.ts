/** Addresses of the mall's own network: receivers may have them only where the server is told so. Never link-local ones, under which clouds keep their metadata. */
import { BlockList, isIP } from 'node:net';

const PRIVATE_IPV4: readonly [network: string, prefix: number][] = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const PRIVATE_IPV6: readonly [network: string, prefix: number][] = [
  ['::1', 128],
  ['fc00::', 7],
];
/** A cloud's metadata again, in its private range. */
const METADATA_IPV6 = 'fd00:ec2::254';

const own = new BlockList();
for (const [network, prefix] of PRIVATE_IPV4) own.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of PRIVATE_IPV6) own.addSubnet(network, prefix, 'ipv6');
const metadata = new BlockList();
metadata.addAddress(METADATA_IPV6, 'ipv6');

export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return own.check(address, 'ipv4');
    case 6:
      // An IPv4 address in the clothes of IPv6 is checked as neither.
      return own.check(address, 'ipv6') && !metadata.check(address, 'ipv6') && !/^::ffff:/i.test(address);
    default:
      return false;
  }
}
