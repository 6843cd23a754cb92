/** Requests to the public internet alone, for URLs that someone else chose. */

import { guardedFetch, lookup } from '#outgoing'
import { isWithin, parseAddress, parseIpv4, ranges } from './address.ts'
import { forbiddenAddress } from './forbidden-address.ts'
import type { AddressRule } from './send.ts'

/**
 * Refuses, with `forbidden_address`, each host and address that is not on the public internet; and plain http. Node.js, Bun
 * and Deno judge the address that the socket connects to. With a `fetch` of yours they look the name up first, which a name
 * that changes meanwhile can escape; elsewhere only addresses and well-known local names in the URL are refused, and the
 * platform keeps private networks away.
 *
 * @example
 * new OAuth2Client({ issuer: tenant.issuer, clientId, clientSecret, addresses: publicAddresses })
 */
export const publicAddresses: AddressRule = async (url, request, fetch) => {
  if (!isPublicHostname(url.hostname)) throw forbiddenAddress()
  if (fetch === undefined) return guardedFetch(url, request, isPublicAddress)
  if (!(await lookup(url.hostname)).every(isPublicAddress)) throw forbiddenAddress()
  return fetch(url.href, { ...request, redirect: 'manual' })
}

/** False for everything that is private, local, reserved, multicast or a door to such (mapped, NAT64, 6to4, Teredo). */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text)
  if (address === null) return false
  return address.length === 4
    ? !isWithin(address, NOT_PUBLIC)
    : isWithin(address, PUBLIC_V6) && !isWithin(address, NOT_PUBLIC)
}

/** Whether a host, as `URL` writes it, may be public. A name may still resolve to an address that is not. */
export function isPublicHostname(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (host.startsWith('[')) return isPublicAddress(host.slice(1, -1))
  if (parseIpv4(host) !== null) return isPublicAddress(host)
  return host.includes('.') && !/\.(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/.test(host)
}

const PUBLIC_V6 = ranges('2000::/3')

// IANA special-purpose address registries, RFC 6890; 168.63.129.16 is how Azure reaches its hosts.
const NOT_PUBLIC = ranges(
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
   192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
   2001::/23 2001:db8::/32 2002::/16 3fff::/20`,
)
