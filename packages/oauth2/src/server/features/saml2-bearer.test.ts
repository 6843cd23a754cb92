import { AuthlibError } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, OTHER, post, WEB, type Answer } from '../../../test/journey.ts'
import { staticClients } from '../records/clients.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import {
  SAML2_BEARER,
  saml2BearerGrant,
  type PresentedSamlAssertion,
  type Saml2BearerGrantOptions,
  type VerifiedSamlAssertion,
} from './saml2-bearer.ts'

const START = 1_800_000_000
const CLIENT = { ...WEB, grant_types: [SAML2_BEARER, 'refresh_token'], redirect_uris: [], response_types: [] }
const VERIFIED = { issuer: 'https://idp.example', id: '_1', expiresAt: START + 300, subject: 'alice' }
const XML = '<Assertion ID="_1">…</Assertion>'

function start(verified: Partial<VerifiedSamlAssertion> | null = {}, options: Partial<Saml2BearerGrantOptions> = {}) {
  const clock = manualClock(START)
  const seen: PresentedSamlAssertion[] = []
  const made = bareServer({ clock, clients: staticClients([CLIENT, OTHER]) })
  const verify = (assertion: PresentedSamlAssertion): VerifiedSamlAssertion | null => {
    seen.push(assertion)
    return verified && { ...VERIFIED, ...verified }
  }
  made.server.registerGrant(saml2BearerGrant({ verify, ...options })).register(refreshTokenGrant())
  return { ...made, clock, seen }
}

const encode = (xml: string): string => Buffer.from(xml).toString('base64url')

const present = (
  { server }: ReturnType<typeof start>,
  form: Record<string, string> = {},
  client: typeof WEB | undefined = CLIENT,
): Promise<Answer> => post(server, '/token', { grant_type: SAML2_BEARER, assertion: encode(XML), ...form }, client)

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('the SAML 2.0 bearer grant (RFC 7522 §2.1)', () => {
  it('gives a token of the subject that the hook names, and no refresh token', async () => {
    const made = start()
    const { status, json } = await present(made, { scope: 'read' })
    expect([status, json['scope'], json['refresh_token']]).toEqual([200, 'read', undefined])
    expect((await made.server.tokens.find(String(json['access_token'])))?.authorization.subject).toBe('alice')
    expect(made.server.metadata().grant_types_supported).toContain(SAML2_BEARER)
  })

  it('gives the hook the XML and what it has to compare (RFC 7522 §3)', async () => {
    const made = start()
    await present(made, { assertion: encode('<Größe/>') })
    expect(made.seen[0]).toMatchObject({
      xml: '<Größe/>',
      audiences: [ISSUER, `${ISSUER}/token`],
      recipient: `${ISSUER}/token`,
      now: START,
      client: { clientId: 'web' },
    })
  })

  it('accepts padding', async () => {
    const assertion = Buffer.from('<A/>').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    expect(assertion).toContain('=')
    expect((await present(start(), { assertion })).status).toBe(200)
  })

  it('accepts each assertion once, of many at the same time too (RFC 7522 §3 item 6)', async () => {
    const made = start()
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(made)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(errorOf(await present(made))).toEqual([400, 'invalid_grant'])
  })

  it('accepts the next one of the same issuer, and the same ID of another issuer', async () => {
    const said: Partial<VerifiedSamlAssertion>[] = [{}, { id: '_2' }, { issuer: 'https://other.example' }, { id: '_2' }]
    const made = start({}, { verify: () => ({ ...VERIFIED, ...said.shift() }) })
    const statuses = [await present(made), await present(made), await present(made), await present(made)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 400])
  })

  it('lets clocks differ by five seconds, at both ends', async () => {
    expect((await present(start({ expiresAt: START - 4 }))).status).toBe(200)
    expect((await present(start({ expiresAt: START + 3605 }))).status).toBe(200)
    const strict = { leeway: 0, maxLifetime: 60 }
    expect(errorOf(await present(start({ expiresAt: START }, strict)))).toEqual([400, 'invalid_grant'])
    expect((await present(start({ expiresAt: START + 60 }, strict))).status).toBe(200)
    expect(errorOf(await present(start({ expiresAt: START + 61 }, strict)))).toEqual([400, 'invalid_grant'])
  })

  it('remembers an assertion for as long as it is accepted', async () => {
    const made = start({ expiresAt: START + 10 })
    expect((await present(made)).status).toBe(200)
    made.clock.advance(14)
    await made.store.sweep(made.clock(), 100)
    expect(errorOf(await present(made))).toEqual([400, 'invalid_grant'])
    const reasons = made.events.flatMap((event) => (event.type === 'token.refused' ? [event.reason] : []))
    expect(reasons).toEqual(['the assertion: used before'])
  })

  it.each<[string, Partial<VerifiedSamlAssertion> | null, Record<string, string>, string]>([
    ['no assertion', {}, { assertion: '' }, 'invalid_request'],
    ['one that the hook refuses', null, {}, 'invalid_grant'],
    ['one that has expired', { expiresAt: START - 5 }, {}, 'invalid_grant'],
    ['one that is valid for too long', { expiresAt: START + 3606 }, {}, 'invalid_grant'],
    ['one without an end', { expiresAt: Number.NaN }, {}, 'invalid_grant'],
    ['what is no base64url', {}, { assertion: 'a+b/' }, 'invalid_grant'],
    ['what is no UTF-8', {}, { assertion: '_w' }, 'invalid_grant'],
    ['scope that the client may not have', {}, { scope: 'admin' }, 'invalid_scope'],
    ['scope that the hook does not give', { scope: ['read'] }, { scope: 'write' }, 'invalid_scope'],
  ])('refuses %s (RFC 7522 §3.1)', async (_case, verified, form, error) => {
    expect(errorOf(await present(start(verified), form))).toEqual([400, error])
  })

  it('refuses unauthenticated clients, and those without the grant', async () => {
    const anonymous = await post(start().server, '/token', { grant_type: SAML2_BEARER, assertion: encode(XML) })
    expect(errorOf(anonymous)).toEqual([401, 'invalid_client'])
    expect(errorOf(await present(start(), {}, OTHER))).toEqual([400, 'unauthorized_client'])
  })

  it('refuses what the hook throws as its own error, and tells a crash from a bad assertion', async () => {
    const wrong = start({}, { verify: () => Promise.reject(new AuthlibError('bad_signature', 'no', { status: 400 })) })
    expect(errorOf(await present(wrong))).toEqual([400, 'invalid_grant'])
    const reason = wrong.events.find(({ type }) => type === 'token.refused')
    expect(reason).toMatchObject({ reason: 'the assertion: bad_signature' })
    const down = start(
      {},
      { verify: () => Promise.reject(new AuthlibError('store_unavailable', 'x', { status: 503 })) },
    )
    expect(errorOf(await present(down))).toEqual([503, 'temporarily_unavailable'])
    const crash = start({}, { verify: () => Promise.reject(new Error('the parser died')) })
    expect(errorOf(await present(crash))).toEqual([500, 'server_error'])
  })
})
