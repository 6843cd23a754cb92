import { memoryStore } from '@authlib/core'
import { decodeUnverifiedJwt, generateKey, KeySet, staticKeys, verifyJwt, type JwkSet } from '@authlib/jose'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  fullServer,
  ISSUER,
  manualClock,
  obtainCode,
  OTHER,
  post,
  redeem,
  refresh,
  WEB,
} from '../../../test/journey.ts'
import { staticClients } from '../records/clients.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { resourceIndicators } from './resource-indicators.ts'
import { encodeStatusList, experimentalTokenStatusList, type TokenStatusListOptions } from './token-status-list.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant } from './token-exchange.ts'

const keys = staticKeys([await generateKey('ES256')])
const GATEWAY = { ...OTHER, client_id: 'gateway', grant_types: [TOKEN_EXCHANGE] }

function start(options: TokenStatusListOptions = {}, store = memoryStore()) {
  const clock = manualClock()
  const made = fullServer({ clock, store, keys, clients: staticClients([WEB, OTHER, GATEWAY]) })
  made.server
    .register(tokenExchangeGrant({ allow: () => true }), jwtAccessToken({ audience: 'https://api.example' }))
    .register(resourceIndicators({ resources: { 'https://opaque.example': { format: 'opaque' } } }))
    .register(experimentalTokenStatusList(options))
  return { ...made, clock }
}

type Made = ReturnType<typeof start>

const entryOf = (token: unknown): { idx: number; uri: string } =>
  (decodeUnverifiedJwt(String(token)).claims as { status: { status_list: { idx: number; uri: string } } }).status
    .status_list

/** As a resource server does, by the text of the draft alone. */
async function statusOf({ server, clock }: Made, token: unknown): Promise<number> {
  const { idx, uri } = entryOf(token)
  const response = await server.fetch(new Request(uri, { headers: { accept: 'application/statuslist+jwt' } }))
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/statuslist+jwt'])
  const jwks = (await (await server.fetch(new Request(String(server.metadata().jwks_uri)))).json()) as JwkSet
  const policy = { typ: 'statuslist+jwt', issuer: ISSUER, anyAudience: true, clock }
  const { claims } = await verifyJwt<{ sub?: string; ttl?: number; status_list?: { bits: number; lst: string } }>(
    await response.text(),
    KeySet.from(jwks),
    policy,
  )
  expect([claims.sub, claims.ttl, claims.status_list?.bits]).toEqual([uri, 60, 1])
  const bytes = inflateSync(Buffer.from(claims.status_list!.lst, 'base64url'))
  return (bytes[idx >> 3]! >> (idx & 7)) & 1
}

const own = ({ server }: Made) => post(server, '/token', { grant_type: 'client_credentials', scope: 'read' }, WEB)
const revoke = ({ server }: Made, token: unknown) => post(server, '/revoke', { token: String(token) }, WEB)

describe('token status lists (draft-ietf-oauth-status-list)', () => {
  it('give each JWT access token an entry of its own', async () => {
    const made = start()
    const tokens = await Promise.all(Array.from({ length: 40 }, () => own(made)))
    const entries = tokens.map(({ json }) => entryOf(json['access_token']))
    expect(new Set(entries.map(({ idx, uri }) => `${uri} ${idx}`)).size).toBe(40)
    expect(entries[0]?.uri).toBe(`${ISSUER}/status-lists/0`)
    const order = entries.map(({ idx }) => idx)
    expect(order).not.toEqual([...order].sort((one, other) => one - other)) // an index says nothing about the time
  })

  it('say that a token was revoked by itself, and no other', async () => {
    const made = start()
    const [first, second] = [await own(made), await own(made)]
    expect(await statusOf(made, first.json['access_token'])).toBe(0)
    await revoke(made, first.json['access_token'])
    expect(await statusOf(made, first.json['access_token'])).toBe(0) // within the time for which a list may be kept
    made.clock.advance(60)
    expect(await statusOf(made, first.json['access_token'])).toBe(1)
    expect(await statusOf(made, second.json['access_token'])).toBe(0)
  })

  it('say that an authorization has ended, with what derives from it', async () => {
    const made = start()
    const first = await redeem(made.server, await obtainCode(made.server))
    const second = await refresh(made.server, first.json['refresh_token'])
    const untouched = await redeem(made.server, await obtainCode(made.server))
    const exchange = {
      grant_type: TOKEN_EXCHANGE,
      subject_token: String(second.json['access_token']),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const derived = await post(made.server, '/token', exchange, GATEWAY)
    await revoke(made, second.json['refresh_token'])
    for (const { json } of [first, second, derived]) expect(await statusOf(made, json['access_token'])).toBe(1)
    expect(await statusOf(made, untouched.json['access_token'])).toBe(0)
  })

  it('say it of a derived token alone when that is revoked alone', async () => {
    const made = start()
    const first = await own(made)
    const exchange = {
      grant_type: TOKEN_EXCHANGE,
      subject_token: String(first.json['access_token']),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const derived = await post(made.server, '/token', exchange, GATEWAY)
    await post(made.server, '/revoke', { token: String(derived.json['access_token']) }, GATEWAY)
    expect(await statusOf(made, derived.json['access_token'])).toBe(1)
    expect(await statusOf(made, first.json['access_token'])).toBe(0)
  })

  it('say it of all tokens of a person, and forget those that have expired', async () => {
    const made = start()
    const tokens = [1, 2, 3].map(async () => redeem(made.server, await obtainCode(made.server)))
    const all = await Promise.all(tokens)
    await made.server.authorizations.revoke({ subject: 'alice' })
    for (const { json } of all) expect(await statusOf(made, json['access_token'])).toBe(1)
    made.clock.advance(3600)
    await made.store.sweep(made.clock(), 10_000)
    for (const { json } of all) expect(await statusOf(made, json['access_token'])).toBe(0)
  })

  it('leave opaque tokens alone', async () => {
    const made = start()
    const form = { grant_type: 'client_credentials', scope: 'read', resource: 'https://opaque.example' }
    const { json } = await post(made.server, '/token', form, WEB)
    expect(json['access_token']).toMatch(/^at_/)
    expect((await made.server.tokens.find(String(json['access_token'])))?.claims).toEqual({})
  })

  it('go on in another list when one is full, and are not there before', async () => {
    const made = start({ size: 256 })
    const open = async (id: string) => (await made.server.fetch(new Request(`${ISSUER}/status-lists/${id}`))).status
    expect(await open('0')).toBe(404)
    for (let count = 0; count < 257; count++) await own(made)
    expect([await open('0'), await open('1'), await open('2')]).toEqual([200, 200, 404])
    for (const id of ['-1', 'x', '1e3', '__proto__', '0x0', '1234567890']) expect(await open(id)).toBe(404)
    const last = await own(made)
    expect(entryOf(last.json['access_token']).uri).toBe(`${ISSUER}/status-lists/1`)
    await revoke(made, last.json['access_token'])
    made.clock.advance(60)
    expect(await statusOf(made, last.json['access_token'])).toBe(1)
  })

  it('give no entry twice, whatever the number of processes', async () => {
    const store = memoryStore()
    const processes = [start({}, store), start({}, store), start({}, store)]
    const tokens = await Promise.all(Array.from({ length: 60 }, (_, index) => own(processes[index % 3]!)))
    expect(new Set(tokens.map(({ json }) => entryOf(json['access_token']).idx)).size).toBe(60)
  })

  it('are written as the draft says', async () => {
    const ones = [0, 3, 4, 5, 7, 8, 9, 13, 15] // 1 0 0 1 1 1 0 1 · 1 1 0 0 0 1 0 1
    const bytes = inflateSync(Buffer.from(await encodeStatusList(ones, 16), 'base64url'))
    expect(bytes.toString('hex')).toBe('b9a3')
    const fromDraft = inflateSync(Buffer.from('eNrbuRgAAhcBXQ', 'base64url'))
    expect(bytes.equals(fromDraft)).toBe(true)
  })

  it('refuse a size that is no multiple of 256, and a ttl that is no time', () => {
    for (const size of [0, 255, 300, 256.5, -256])
      expect(() => experimentalTokenStatusList({ size })).toThrow(TypeError)
    expect(() => experimentalTokenStatusList({ ttl: 0 })).toThrow(TypeError)
  })
})
