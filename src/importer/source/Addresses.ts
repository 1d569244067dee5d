import { BlockList, isIP } from "node:net"

/** IPv4 networks that are not the public internet (IANA's special-purpose registry, multicast and reserved). */
const special4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3]
] as const

/** Parts of the public IPv6 space 2000::/3 that lead elsewhere: Teredo and others, documentation, 6to4. */
const special6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20]
] as const

const makeLists = () => {
  const special = new BlockList()
  for (const [network, bits] of special4) special.addSubnet(network, bits, "ipv4")
  const global6 = new BlockList()
  global6.addSubnet("2000::", 3, "ipv6")
  const within6 = new BlockList()
  for (const [network, bits] of special6) within6.addSubnet(network, bits, "ipv6")
  return { special, global6, within6 }
}

/** Tells public addresses from those of this machine, of private networks and of special use. */
export const makeIsPublic = (): ((address: string) => boolean) => {
  const { global6, special, within6 } = makeLists()
  return (address) => {
    const [plain = ""] = address.split("%")
    switch (isIP(plain)) {
      case 4:
        return !special.check(plain, "ipv4")
      case 6:
        return global6.check(plain, "ipv6") && !within6.check(plain, "ipv6")
      default:
        return false
    }
  }
}

/** Networks of one link: what answers there is the machine's own cloud, with its credentials; and where else one answers. */
const link4 = [
  ["169.254.0.0", 16],
  // Alibaba, Azure, Oracle.
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["192.0.0.192", 32]
] as const
const link6 = [
  ["fe80::", 10],
  // Amazon and others, Google.
  ["fd00:ec2::", 32],
  ["fd20:ce::254", 128]
] as const

/** An IPv4 address as IPv6 carries it: two halves in hexadecimal. */
const inHex = (address: string): readonly [string, string] => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number)
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}

/** Tells the addresses of the link, also where IPv6 carries an IPv4 address: nothing is ever asked there. */
export const makeIsLinkLocal = (): ((address: string) => boolean) => {
  const link = new BlockList()
  for (const [network, bits] of link4) link.addSubnet(network, bits, "ipv4")
  for (const [network, bits] of link6) link.addSubnet(network, bits, "ipv6")
  // IPv4 inside of IPv6: mapped, translated (NAT64) and compatible addresses, and 6to4.
  for (const [network, bits] of link4) {
    const [high, low] = inHex(network)
    for (const prefix of ["::ffff:", "64:ff9b::", "64:ff9b:1::", "::"]) {
      link.addSubnet(`${prefix}${high}:${low}`, 96 + bits, "ipv6")
    }
    link.addSubnet(`2002:${high}:${low}::`, 16 + bits, "ipv6")
  }
  return (address) => {
    const [plain = ""] = address.split("%")
    const family = isIP(plain)
    return family !== 0 && link.check(plain, family === 4 ? "ipv4" : "ipv6")
  }
}
