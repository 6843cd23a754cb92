/**
 * Client authentication by the certificate of the TLS connection.
 *
 * @spec RFC 8705 §2
 */

import type { HttpRequest, Params } from '@authlib/core'
import { importKey, JoseError, type Key, type KeySetLike } from '@authlib/jose'
import { invalidClient } from '../../errors.ts'
import {
  canonicalAddress,
  parseDistinguishedName,
  readCertificateNames,
  type CertificateNames,
} from '../certificate.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import type { Client } from '../contract/client.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { clientKeys } from '../records/client-keys.ts'

/**
 * `tls_client_auth`: a certificate that a trusted authority has issued, with the subject or the alternative name that the
 * client has registered (`tls_client_auth_subject_dn`, `…_san_dns`, `…_san_uri`, `…_san_ip`, `…_san_email`: one of them).
 * The adapter supplies the certificate, from TLS or from a header of a trusted proxy.
 */
export const tlsClientAuth: ClientAuthMethod = {
  kind: 'client_auth_method',
  method: 'tls_client_auth',
  provides: ['asymmetric_client_authentication'],
  async authenticate(request, params, server, endpoint) {
    const client = await claimedClient(request, params, server, { endpoint, method: 'tls_client_auth' })
    const { clientCertificate } = request
    if (!client || !clientCertificate) return null
    if (!clientCertificate.trusted)
      throw invalidClient('', { reason: 'no trusted authority has issued the certificate' })
    const names = readCertificateNames(clientCertificate.der)
    if (!names) throw invalidClient('', { reason: 'the certificate cannot be read' })
    if (!isRegistered(client, names))
      throw invalidClient('', { reason: 'the certificate has another name than registered' })
    return client
  },
}

/**
 * `self_signed_tls_client_auth`: a certificate whose public key is one of the client's `jwks` or `jwks_uri`. No one needs
 * to have issued it.
 */
export function selfSignedTlsClientAuth(): ClientAuthMethod {
  return {
    kind: 'client_auth_method',
    method: 'self_signed_tls_client_auth',
    provides: ['asymmetric_client_authentication'],
    async authenticate(request, params, server, endpoint) {
      const client = await claimedClient(request, params, server, { endpoint, method: 'self_signed_tls_client_auth' })
      const { clientCertificate } = request
      if (!client || !clientCertificate) return null
      const keys = clientKeys(server, client)
      if (!keys) throw invalidClient('', { reason: 'the client has no jwks and no jwks_uri' })
      if (!(await hasKeyOf(keys, clientCertificate.der))) {
        throw invalidClient('', { reason: 'the key of the certificate is not registered' })
      }
      return client
    },
  }
}

/** The client of a bare `client_id`, if it is registered for the method. Other methods may use a bare one too. */
async function claimedClient(
  request: HttpRequest,
  params: Params,
  server: Server,
  { endpoint, method }: { readonly endpoint: string; readonly method: string },
): Promise<Client | null> {
  const clientId = params.get('client_id')
  const provesOtherwise =
    params.has('client_secret') || params.has('client_assertion') || request.headers.get('authorization') !== null
  if (clientId === undefined || provesOtherwise) return null
  const client = await server.clients.find(clientId, { endpoint })
  return client?.authMethod === method || client?.authMethods?.includes(method) === true ? client : null
}

const members = {
  subject: clientMember('tls_client_auth_subject_dn', memberTypes.string),
  dns: clientMember('tls_client_auth_san_dns', memberTypes.string),
  uri: clientMember('tls_client_auth_san_uri', memberTypes.string),
  ip: clientMember('tls_client_auth_san_ip', memberTypes.string),
  email: clientMember('tls_client_auth_san_email', memberTypes.string),
}

/** §2.1.2: exactly one of the members. */
function isRegistered(client: Client, names: CertificateNames): boolean {
  const expected = Object.values(members).filter((member) => member.read(client) !== undefined)
  if (expected.length !== 1) return false
  const subject = members.subject.read(client)
  if (subject !== undefined) {
    const wanted = parseDistinguishedName(subject)
    return wanted !== null && wanted.length > 0 && JSON.stringify(wanted) === JSON.stringify(names.subject)
  }
  const dns = members.dns.read(client)?.toLowerCase()
  if (dns !== undefined) return names.dns.includes(dns)
  const ip = members.ip.read(client)
  if (ip !== undefined) return names.ip.includes(canonicalAddress(ip))
  return (['uri', 'email'] as const).some((kind) => {
    const value = members[kind].read(client)
    return value !== undefined && names[kind].includes(value)
  })
}

async function hasKeyOf(keys: KeySetLike, der: Uint8Array): Promise<boolean> {
  const own = (await keyOf(der))?.publicJwk()
  if (own === undefined) return false
  const fits = (key: Key): boolean => {
    if (key.kty !== own.kty || key.kty === 'oct') return false
    const registered = key.publicJwk()
    return (['crv', 'x', 'y', 'n', 'e'] as const).every((name) => registered[name] === own[name]) // the whole public half
  }
  return (await keys.find({ alg: '', fits })).length > 0
}

async function keyOf(der: Uint8Array): Promise<Key | null> {
  try {
    return await importKey(der)
  } catch (error) {
    if (error instanceof JoseError) return null
    throw error
  }
}
