import net from 'node:net';

/** Whether an address may be called at a port. */
export type AddressCheck = (address: string, port: number) => boolean;

/**
 * Lets through what is public, at ports 80, 443 and 1024 and up, and the networks given. Throws when one cannot be read.
 */
export function addressGuard(allowNetworks: string[]): AddressCheck {
  const open = blockList(allowNetworks);
  // Two lists, because a BlockList reads IPv4 as ::ffff:0:0/96 and would find all of it in ::/3.
  const closed = { ipv4: blockList(closedNetworks.split(/\s+/)), ipv6: blockList(closedNetworks6.split(' ')) };
  return (address, port) => {
    const family = net.isIPv6(address) ? 'ipv6' : 'ipv4';
    if (open.check(address, family)) return true;
    return !closed[family].check(address, family) && (port >= 1024 || port === 80 || port === 443);
  };
}

// IANA's special-purpose registries, and the public address from which Azure serves a machine's settings.
const closedNetworks = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16 169.254.0.0/16 172.16.0.0/12
  192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`;

// Public IPv6 lives in 2000::/3 only. The rest is closed as a whole: loopback, link-local, unique-local,
// multicast, NAT64, and IPv4 in any disguise. Inside it: Teredo and other special use, documentation, 6to4, AS112.
const closedNetworks6 = '::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20';

function blockList(networks: string[]) {
  const list = new net.BlockList();
  for (const network of networks) {
    const [, address = '', prefix] = /^\s*([^/\s]+)(?:\/(\d{1,3}))?\s*$/.exec(network) ?? [];
    const [family, width] = net.isIPv6(address) ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
    const bits = prefix === undefined ? width : Number(prefix);
    if (!net.isIP(address) || bits > width) {
      throw new Error(`'${network}' is neither an IP address nor a network such as 10.0.0.0/8`);
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}
