import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { fromRequest, type ClientCertificate } from '@authlib/core'
import { generateKey, jwkThumbprint, signJwt } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { certificateFromHeader } from '../certificate-header.ts'
import { parseDistinguishedName, readCertificateNames } from '../certificate.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { dpop } from '../features/dpop.ts'
import { mutualTls } from '../features/mutual-tls.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'
import { privateKeyJwt } from './private-key-jwt.ts'
import { selfSignedTlsClientAuth, tlsClientAuth } from './tls-client-auth.ts'

// openssl req -x509 -newkey ec -subj '/C=FR/O=Shop, Inc./OU=Pay+UID=42/CN=Client é 1' with names of every kind
const BASE64 =
  'MIICbDCCAhGgAwIBAgIUYoefY4M7nCsrJTnKsr5MQ4FkUTIwCgYIKoZIzj0EAwIwWDELMAkGA1UEBhMCRlIxEzARBgNVBAoMClNob3AsIEluYy4xHjAKBgNVBAsMA1BheTAQBgoJkiaJk/IsZAEBDAI0MjEUMBIGA1UEAwwLQ2xpZW50IMOpIDEwIBcNMjYxMTI5MDA1MTU3WhgPMjEyNjExMDUwMDUxNTdaMFgxCzAJBgNVBAYTAkZSMRMwEQYDVQQKDApTaG9wLCBJbmMuMR4wCgYDVQQLDANQYXkwEAYKCZImiZPyLGQBAQwCNDIxFDASBgNVBAMMC0NsaWVudCDDqSAxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECSz61HrGW23I+/EErHvP656I99sIoJdK2T5Ba55uO3kCYNBzCoqp9ZIBtMn+3UMXo9ydY+dHbayDS0B2lT1hAaOBtjCBszAdBgNVHQ4EFgQUqG47uR8kmPCFMiOGdLo3dgzH3FkwHwYDVR0jBBgwFoAUqG47uR8kmPCFMiOGdLo3dgzH3FkwDwYDVR0TAQH/BAUwAwEB/zBgBgNVHREEWTBXgg5jbGllbnQuZXhhbXBsZYYZaHR0cHM6Ly9jbGllbnQuZXhhbXBsZS9pZIcECgAAB4cQIAENuAAAAAAAAAAAAAAAB4ESb3BzQGNsaWVudC5leGFtcGxlMAoGCCqGSM49BAMCA0kAMEYCIQCEV4XHoDZFVieWfmKW/6Di/NpH4jPFd6rcAR9jJN14BgIhAPOQyTCsJJCfyiHnZYiMcnrbKdNHs65KkStghfBOxDgI'
const DER = new Uint8Array(Buffer.from(BASE64, 'base64'))
const JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'CSz61HrGW23I-_EErHvP656I99sIoJdK2T5Ba55uO3k',
  y: 'AmDQcwqKqfWSAbTJ_t1DF6PcnWPnR22sg0tAdpU9YQE',
}

const CLIENT: ClientMetadata = {
  client_id: 'bank',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'tls_client_auth',
}

function serverFor(change: Partial<ClientMetadata>): AuthorizationServer {
  const { server } = bareServer({ clients: staticClients([{ ...CLIENT, ...change }]) })
  return server.register(clientCredentialsGrant(), tlsClientAuth, selfSignedTlsClientAuth())
}

async function ask(
  server: AuthorizationServer,
  clientCertificate?: ClientCertificate,
  form: Record<string, string> = {},
  sent: Record<string, string> = {},
): Promise<number> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bank', ...form })
  const request = fromRequest(new Request(`${ISSUER}/token`, { method: 'POST', body, headers: sent }))
  const { method, url, headers } = request
  return (await server.handle({ method, url, headers, text: () => request.text(), clientCertificate })).status
}

const trusted: ClientCertificate = { der: DER, trusted: true }

describe('tls_client_auth (RFC 8705 §2.1)', () => {
  it.each<[string, Partial<ClientMetadata>, number]>([
    ['subject', { tls_client_auth_subject_dn: 'CN=Client é 1,UID=42+OU=Pay,O=Shop\\, Inc.,C=FR' }, 200],
    [
      'subject in another spelling',
      { tls_client_auth_subject_dn: 'cn=CLIENT \\C3\\A9  1, OU=Pay+UID=42, O=shop\\2C inc., c=fr' },
      200,
    ],
    [
      'subject by object identifiers',
      { tls_client_auth_subject_dn: '2.5.4.3=Client é 1,OU=Pay+UID=42,O=Shop\\, Inc.,C=FR' },
      200,
    ],
    [
      'subject the other way around',
      { tls_client_auth_subject_dn: 'C=FR,O=Shop\\, Inc.,OU=Pay+UID=42,CN=Client é 1' },
      401,
    ],
    ['a part of the subject', { tls_client_auth_subject_dn: 'CN=Client é 1' }, 401],
    [
      'more than the subject',
      { tls_client_auth_subject_dn: 'CN=Client é 1,OU=Pay+UID=42,O=Shop\\, Inc.,C=FR,DC=x' },
      401,
    ],
    ['another subject', { tls_client_auth_subject_dn: 'CN=Client 2,OU=Pay+UID=42,O=Shop\\, Inc.,C=FR' }, 401],
    ['no distinguished name', { tls_client_auth_subject_dn: 'Client' }, 401],
    ['DNS name', { tls_client_auth_san_dns: 'CLIENT.example' }, 200],
    ['another DNS name', { tls_client_auth_san_dns: 'example' }, 401],
    ['URI', { tls_client_auth_san_uri: 'https://client.example/id' }, 200],
    ['IPv4 address', { tls_client_auth_san_ip: '10.0.0.7' }, 200],
    ['IPv6 address', { tls_client_auth_san_ip: '2001:0db8:0:0::7' }, 200],
    ['another address', { tls_client_auth_san_ip: '2001:db8::8' }, 401],
    ['e-mail address', { tls_client_auth_san_email: 'ops@client.example' }, 200],
    ['nothing', {}, 401],
    ['two names', { tls_client_auth_san_dns: 'client.example', tls_client_auth_san_ip: '10.0.0.7' }, 401],
  ])('compares the registered %s (§2.1.2)', async (_, change, status) => {
    expect(await ask(serverFor(change), trusted)).toBe(status)
  })

  it('demands a certificate, and one that a trusted authority has issued', async () => {
    const server = serverFor({ tls_client_auth_san_dns: 'client.example' })
    expect(await ask(server)).toBe(401)
    expect(await ask(server, { der: DER, trusted: false })).toBe(401)
    expect(await ask(server, { der: DER.subarray(0, 100), trusted: true })).toBe(401)
    expect(await ask(server, trusted, { client_secret: 'x' })).toBe(401)
    // whatever else the request tries to prove
    expect(await ask(server, trusted, { client_assertion: 'x' })).toBe(401)
    expect(await ask(server, trusted, {}, { authorization: 'Bearer x' })).toBe(401)
    expect(await ask(server, trusted, { client_id: 'nobody' })).toBe(401)
  })

  it('is open to a client that is registered for another method where the operator lets it use both', async () => {
    const open = (trust: ConfiguredClient['trust']) => {
      const method = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [JWK] } }
      const client = { ...CLIENT, ...method, tls_client_auth_san_dns: 'client.example' }
      const { server } = bareServer({ clients: staticClients([{ ...client, trust }]) })
      return server.register(clientCredentialsGrant(), privateKeyJwt(), tlsClientAuth)
    }
    expect(await ask(open({ authMethods: ['tls_client_auth'] }), trusted)).toBe(200)
    expect(await ask(open({}), trusted)).toBe(401)
  })

  it('survives every cut and every flipped byte of a certificate', () => {
    for (let length = 0; length < DER.length; length++) expect(readCertificateNames(DER.subarray(0, length))).toBeNull()
    for (let at = 0; at < DER.length; at++) {
      const changed = DER.slice()
      changed[at]! ^= 0xff
      expect(() => readCertificateNames(changed)).not.toThrow()
    }
  })
})

describe('self_signed_tls_client_auth (RFC 8705 §2.2)', () => {
  const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth' }
  const selfSigned: ClientCertificate = { der: DER, trusted: false }

  it('takes the certificate whose key is registered', async () => {
    const others = await Promise.all(Array.from({ length: 6 }, () => generateKey('ES256')))
    const keys = [...others.map((key) => ({ ...key.publicJwk() })), JWK]
    expect(await ask(serverFor({ ...method, jwks: { keys } as never }), selfSigned)).toBe(200)
    expect(await ask(serverFor({ ...method, jwks: { keys: keys.slice(0, -1) } as never }), selfSigned)).toBe(401)
    expect(await ask(serverFor(method), selfSigned)).toBe(401)
    expect(await ask(serverFor({ ...method, jwks: { keys: [JWK] } }))).toBe(401)
  })

  it('compares the whole key: of two points with one x, of RSA keys with one modulus or exponent, each is another', async () => {
    const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
    const y = prime - BigInt(`0x${Buffer.from(JWK.y, 'base64url').toString('hex')}`)
    const mirrored = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toString('base64url')
    expect(await ask(serverFor({ ...method, jwks: { keys: [{ ...JWK, y: mirrored }] } }), selfSigned)).toBe(401)

    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const certificate = { der: certificateOf(publicKey), trusted: false }
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
    const withKey = (jwk: Record<string, string>) => serverFor({ ...method, jwks: { keys: [{ kty: 'RSA', ...jwk }] } })
    expect(await ask(withKey({ n, e }), certificate)).toBe(200)
    expect(await ask(withKey({ n: other.n ?? '', e }), certificate)).toBe(401)
    expect(await ask(withKey({ n, e: 'AQAD' }), certificate)).toBe(401)
  })
})

/** A certificate with this key, signed by no one: its names and times do not matter here. RFC 5280 §4.1 */
function certificateOf(publicKey: KeyObject): Uint8Array {
  const element = (tag: number, ...content: Uint8Array[]): Uint8Array => {
    const { length } = Buffer.concat(content)
    const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
    return Buffer.concat([Buffer.from([tag, ...size]), ...content])
  }
  const algorithm = element(0x30, element(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const time = element(0x17, Buffer.from('250101000000Z'))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const name = element(0x30)
  const signed = element(0x30, element(0x02, Buffer.from([1])), algorithm, name, element(0x30, time, time), name, spki)
  return new Uint8Array(Buffer.from(element(0x30, signed, algorithm, element(0x03, Buffer.alloc(9)))))
}

describe('tokens of clients that authenticate by their certificate', () => {
  const named = { tls_client_auth_san_dns: 'client.example' }

  /** The confirmation of a token that was asked for, with a DPoP proof or without. */
  async function confirmationOf(change: Partial<ClientMetadata>, proves: boolean): Promise<unknown> {
    const server = serverFor({ ...named, ...change }).register(mutualTls(), dpop())
    const key = await generateKey('ES256')
    const { kty, crv, x, y } = key.publicJwk()
    const claims = { jti: 'one', htm: 'POST', htu: `${ISSUER}/token`, iat: Math.floor(Date.now() / 1000) }
    const header = { jwk: { kty, crv, x, y } } as never
    const proof = await signJwt(claims, key, { typ: 'dpop+jwt', header, lifetime: null })
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bank' })
    const headers = new Headers(proves ? { dpop: proof } : {})
    const request = fromRequest(new Request(`${ISSUER}/token`, { method: 'POST', body, headers }))
    const answer = await server.handle({ ...request, clientCertificate: trusted })
    const token = JSON.parse(answer.body) as { access_token: string }
    const { cnf } = (await server.tokens.find(token.access_token))?.claims ?? {}
    return JSON.parse(JSON.stringify(cnf).replace(await jwkThumbprint(key.publicJwk()), 'the key')) as unknown
  }

  const certificate = { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) as string }

  it('are bound to it (RFC 8705 §3)', async () => {
    expect(await confirmationOf({}, false)).toEqual(certificate)
  })

  it('are bound to the key of a DPoP proof alone where there is one (RFC 9449 §5)', async () => {
    expect(await confirmationOf({}, true)).toEqual({ jkt: 'the key' })
    expect(await confirmationOf({ dpop_bound_access_tokens: true }, true)).toEqual({ jkt: 'the key' })
  })

  it('are bound to both where the client is registered for tokens bound to its certificate (RFC 8705 §3.4)', async () => {
    const both = { tls_client_certificate_bound_access_tokens: true }
    expect(await confirmationOf(both, true)).toEqual({ ...certificate, jkt: 'the key' })
  })
})

describe('parseDistinguishedName (RFC 4514)', () => {
  it.each(['', 'CN', '=x', 'CN=a,', ',CN=a', 'CN=a,,C=b'])('refuses %j', (text) => {
    expect(parseDistinguishedName(text)).toBeNull()
  })
})

describe('certificateFromHeader', () => {
  const pem = `-----BEGIN CERTIFICATE-----\n${BASE64.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
  it.each([
    ['Client-Cert (RFC 9440)', `:${BASE64}:`],
    ['escaped PEM of nginx', encodeURIComponent(pem)],
    ['PEM', pem],
    ['base64', BASE64],
  ])('reads %s', (_, value) => {
    expect(certificateFromHeader(value, { trusted: true })).toEqual({ der: DER, trusted: true })
  })

  it.each(['', ':', '%', 'AQI=', 'not base64!', 'x'.repeat(20_000), undefined, null, ['a', 'b']])(
    'has none in %j',
    (value) => {
      expect(certificateFromHeader(value, { trusted: true })).toBeUndefined()
    },
  )
})
