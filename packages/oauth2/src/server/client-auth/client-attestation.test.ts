import { memoryStore } from '@authlib/core'
import { generateKey, jwkThumbprint, signJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, WEB, type Answer } from '../../../test/journey.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { dpop } from '../features/dpop.ts'
import { staticClients } from '../records/clients.ts'
import {
  ATTESTATION,
  ATTESTATION_DPOP,
  experimentalClientAttestation,
  type ClientAttestationOptions,
} from './client-attestation.ts'

const START = 1_800_000_000
const [maker, stranger, instance, other] = [
  await generateKey('ES256'),
  await generateKey('ES256'),
  await generateKey('ES256'),
  await generateKey('ES256'),
]
const APP = {
  client_id: 'app',
  grant_types: ['client_credentials'],
  scope: 'read',
  token_endpoint_auth_method: ATTESTATION,
}
const COMBINED = { ...APP, client_id: 'combined', token_endpoint_auth_method: ATTESTATION_DPOP }

function start(options: Partial<ClientAttestationOptions> = {}) {
  const clock = manualClock(START)
  const clients = staticClients([
    APP,
    COMBINED,
    { ...WEB, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
  ])
  const made = bareServer({ clock, store: memoryStore(), clients })
  made.server
    .register(clientCredentialsGrant(), dpop())
    .register(experimentalClientAttestation({ attesters: maker, algorithms: ['ES256'], ...options }))
  return { ...made, clock }
}

type Made = ReturnType<typeof start>

const attest = (
  changes: NewJwtClaims = {},
  { by = maker, typ = 'oauth-client-attestation+jwt' }: { by?: Key; typ?: string } = {},
) =>
  signJwt({ sub: 'app', exp: START + 3600, iat: START, cnf: { jwk: instance.publicJwk() }, ...changes }, by, {
    typ,
  })

let count = 0
const prove = (
  changes: NewJwtClaims = {},
  { by = instance, typ = 'oauth-client-attestation-pop+jwt' }: { by?: Key; typ?: string } = {},
) => signJwt({ aud: ISSUER, jti: `jti-${count++}`, iat: START, ...changes }, by, { typ, lifetime: null })

async function ask(
  { server }: Made,
  headers: Record<string, string>,
  form: Record<string, string> = {},
): Promise<Answer> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
  const response = await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', headers, body }))
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answer['json'] }
}

const send = (made: Made, attestation: string, proof: string, form: Record<string, string> = {}): Promise<Answer> =>
  ask(made, { 'oauth-client-attestation': attestation, 'oauth-client-attestation-pop': proof }, form)

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('client attestation (draft-ietf-oauth-attestation-based-client-auth)', () => {
  it('authenticates an instance that proves the attested key', async () => {
    const made = start()
    expect((await send(made, await attest(), await prove())).status).toBe(200)
    expect((await send(made, await attest(), await prove(), { client_id: 'app' })).status).toBe(200)
    expect(made.server.metadata().token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining([ATTESTATION, ATTESTATION_DPOP]),
    )
  })

  it.each<[string, NewJwtClaims, Parameters<typeof attest>[1]?]>([
    ['by somebody else', {}, { by: stranger }],
    ['of another type', {}, { typ: 'JWT' }],
    ['that has expired', { exp: START - 60 }],
    ['of an unknown client', { sub: 'nobody' }],
    ['of a client with another method', { sub: 'web' }],
    ['without a key', { cnf: {} }],
    ['with a private key', { cnf: { jwk: instance.privateJwk() } }],
    ['with a key that is none', { cnf: { jwk: { kty: 'EC' } } }],
  ])('refuses an attestation %s', async (_case, changes, how) => {
    expect(errorOf(await send(start(), await attest(changes, how), await prove()))).toEqual([401, 'invalid_client'])
  })

  it.each<[string, NewJwtClaims, Parameters<typeof prove>[1]?]>([
    ['by another key', {}, { by: other }],
    ['of another type', {}, { typ: 'JWT' }],
    ['for another server', { aud: 'https://other.example' }],
    ['for two servers', { aud: [ISSUER, 'https://other.example'] }],
    ['that is old', { iat: START - 400 }],
    ['of the future', { iat: START + 60 }],
  ])('refuses a proof %s', async (_case, changes, how) => {
    expect(errorOf(await send(start(), await attest(), await prove(changes, how)))).toEqual([401, 'invalid_client'])
  })

  it('refuses a proof that was used before, and a request without one', async () => {
    const made = start()
    const proof = await prove()
    await send(made, await attest(), proof)
    expect(errorOf(await send(made, await attest(), proof))).toEqual([401, 'invalid_client'])
    expect(errorOf(await ask(made, { 'oauth-client-attestation': await attest() }))).toEqual([401, 'invalid_client'])
    expect(errorOf(await ask(made, {}, { client_id: 'app' }))).toEqual([401, 'invalid_client'])
    expect(errorOf(await send(made, await attest(), await prove(), { client_id: 'web' }))).toEqual([
      401,
      'invalid_client',
    ])
  })

  it('demands a challenge where the server says so', async () => {
    const made = start({ challenge: true })
    const first = await send(made, await attest(), await prove())
    const given = first.headers.get('oauth-client-attestation-challenge') ?? ''
    expect(errorOf(first)).toEqual([400, 'use_attestation_challenge'])
    expect((await send(made, await attest(), await prove({ challenge: given }))).status).toBe(200)
    expect(errorOf(await send(made, await attest(), await prove({ challenge: `${given}x` })))[1]).toBe(
      'use_attestation_challenge',
    )
    const response = await made.server.fetch(new Request(`${ISSUER}/challenge`, { method: 'POST' }))
    const { attestation_challenge: fetched } = (await response.json()) as Record<string, string>
    expect([response.headers.get('cache-control'), fetched]).toEqual(['no-store', given])
    expect(made.server.metadata()).toMatchObject({ challenge_endpoint: `${ISSUER}/challenge` })
    made.clock.advance(601)
    const late = await prove({ challenge: given, iat: START + 601 })
    expect(errorOf(await send(made, await attest(), late))[1]).toBe('use_attestation_challenge')
  })
})

describe('the DPoP proof as proof of the attested key', () => {
  const dpopProof = (by: Key, changes: NewJwtClaims = {}): Promise<string> =>
    signJwt({ htm: 'POST', htu: `${ISSUER}/token`, iat: START, jti: `dpop-${count++}`, ...changes }, by, {
      lifetime: null,
      typ: 'dpop+jwt',
      header: { jwk: by.publicJwk() },
    })
  const sendDpop = async (made: Made, proof: string, sub = 'combined'): Promise<Answer> =>
    ask(made, { 'oauth-client-attestation': await attest({ sub }), dpop: proof })

  it('authenticates, and binds the token to that key', async () => {
    const made = start()
    const { status, json } = await sendDpop(made, await dpopProof(instance))
    expect([status, json['token_type']]).toEqual([200, 'DPoP'])
    const found = await made.server.tokens.find(String(json['access_token']))
    expect(found?.claims).toEqual({ cnf: { jkt: await jwkThumbprint(instance.publicJwk()) } })
  })

  it('is refused by another key, a second time, for another URL, and for a client of the other method', async () => {
    const made = start()
    const proof = await dpopProof(instance)
    await sendDpop(made, proof)
    expect(errorOf(await sendDpop(made, proof))).toEqual([401, 'invalid_client'])
    expect(errorOf(await sendDpop(made, await dpopProof(other)))).toEqual([401, 'invalid_client'])
    const elsewhere = await dpopProof(instance, { htu: `${ISSUER}/par` })
    expect(errorOf(await sendDpop(made, elsewhere))).toEqual([401, 'invalid_client'])
    expect(errorOf(await sendDpop(made, await dpopProof(instance), 'app'))).toEqual([401, 'invalid_client'])
  })

  it('carries the challenge as its nonce', async () => {
    const made = start({ challenge: true })
    const first = await sendDpop(made, await dpopProof(instance))
    const nonce = first.headers.get('oauth-client-attestation-challenge') ?? ''
    expect((await sendDpop(made, await dpopProof(instance, { nonce }))).status).toBe(200)
  })
})
