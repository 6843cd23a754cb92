import { decodeUnverifiedJwt, generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  Browser,
  CHALLENGE,
  fullServer,
  obtainCode,
  OTHER,
  post,
  redeem,
  REDIRECT_URI,
  refresh,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { ConsentItem } from '../contract/interaction.ts'
import type { AuthorizationServerOptions } from '../kernel/options.ts'
import { staticClients } from '../records/clients.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { pushedAuthorizationRequests } from './pushed-authorization.ts'
import { resourceIndicators } from './resource-indicators.ts'
import { richAuthorizationRequests, type AuthorizationDetailsType } from './rich-authorization-requests.ts'

const PAYMENT = { type: 'payment', amount: '12.50', iban: 'DE02100100109307118603' }
const ACCOUNT = { type: 'account', actions: ['list', 'balance'] }

const known = (detail: object, names: readonly string[]): boolean =>
  Object.keys(detail).every((name) => names.includes(name))

const types: Readonly<Record<string, AuthorizationDetailsType>> = {
  payment: {
    validate: (detail) =>
      typeof detail['amount'] === 'string' &&
      typeof detail['iban'] === 'string' &&
      known(detail, ['type', 'amount', 'iban', 'note', 'locations']),
  },
  account: {
    validate: async ({ actions }) => Promise.resolve(Array.isArray(actions)),
    covers: (granted, requested) =>
      (requested['actions'] as string[]).every((action) => (granted['actions'] as string[]).includes(action)),
    allowWithoutPerson: (_detail, client) => client.clientId === 'web',
  },
}

const FIRST_PARTY = { ...OTHER, client_id: 'first', trust: { skipConsent: true } }
const PAYER = { ...OTHER, client_id: 'payer', authorization_details_types: ['payment'] }

function start(options: Partial<AuthorizationServerOptions> = {}) {
  const made = fullServer({ clients: staticClients([WEB, OTHER, API, FIRST_PARTY, PAYER]), ...options })
  made.server.register(richAuthorizationRequests({ types }), pushedAuthorizationRequests())
  return made
}

const asking = (...details: readonly object[]) => ({ authorization_details: JSON.stringify(details) })
const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('the request', () => {
  it('is published and gives a token with the details (RFC 9396 §7, §9.2, §10)', async () => {
    const { server } = start()
    expect(server.metadata()).toMatchObject({ authorization_details_types_supported: ['payment', 'account'] })
    const { json } = await redeem(server, await obtainCode(server, asking(PAYMENT, ACCOUNT)))
    expect(json['authorization_details']).toEqual([PAYMENT, ACCOUNT])
    const about = await post(server, '/introspect', { token: String(json['access_token']) }, API)
    expect(about.json['authorization_details']).toEqual([PAYMENT, ACCOUNT])
  })

  it.each([
    ['an unknown type', JSON.stringify([{ type: 'magic' }])],
    ['a name of every object as type', JSON.stringify([{ type: 'constructor' }])],
    ['an unknown member', JSON.stringify([{ ...PAYMENT, extra: 1 }])],
    ['a member of the wrong type', JSON.stringify([{ ...PAYMENT, amount: 12.5 }])],
    ['a missing member', JSON.stringify([{ type: 'payment' }])],
    ['no type', '[{}]'],
    ['an object in place of an array', JSON.stringify(PAYMENT)],
    ['what is not JSON', '[{"type":'],
    ['more than one value', '[],"x":[]'],
    ['a member that is there twice', '[{"type":"account","type":"payment","actions":[]}]'],
    ['deep nesting', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['a member named __proto__', '[{"type":"account","actions":[],"__proto__":{}}]'],
    ['too many objects', JSON.stringify(Array.from({ length: 21 }, () => ACCOUNT))],
  ])('refuses %s with invalid_authorization_details (RFC 9396 §5, A25)', async (_, text) => {
    const { server } = start()
    const response = await new Browser(server).open(authorizeUrl({ authorization_details: text }))
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe('invalid_authorization_details')
  })

  it('refuses a type that the client has not registered (RFC 9396 §10)', async () => {
    const { server } = start()
    const answer = await new Browser(server).authorize({ client_id: 'payer', ...asking(ACCOUNT) })
    expect(answer.get('error')).toBe('invalid_authorization_details')
  })
})

describe('consent', () => {
  it.each(['web', 'first'])('is asked for each time, of the client %s', async (client_id) => {
    const { server } = start()
    const browser = new Browser(server)
    await browser.authorize({ client_id, ...asking(PAYMENT) })
    const again = (await browser.open(authorizeUrl({ client_id, ...asking(PAYMENT) }))).headers.get('location') ?? ''
    expect(again).toMatch(/^\/consent/)
    expect(await (await browser.open(again)).text()).toContain(PAYMENT.iban)
    const silent = await browser.open(authorizeUrl({ client_id, prompt: 'none', ...asking(PAYMENT) }))
    expect(silent.headers.get('location')).not.toContain('code=')
  })

  async function approve(approved: readonly ConsentItem[], scope?: readonly string[]) {
    const { server } = start()
    const http = new Request(authorizeUrl(asking(PAYMENT, ACCOUNT)))
    const request = await server.validateAuthorizationRequest(http)
    const login = { subject: 'alice', authTime: 1_800_000_000, ...(scope && { scope }) }
    const { headers } = await server.createAuthorizationResponse(request, { ...login, items: approved })
    const location = headers.find(([name]) => name === 'location')?.[1] ?? ''
    return redeem(server, new URL(location).searchParams.get('code') ?? '')
  }
  const item = (value: ConsentItem['value']): ConsentItem => ({ type: 'authorization_details', value })

  it('may narrow what was asked for (RFC 9396 §3)', async () => {
    const { json } = await approve([item({ type: 'account', actions: ['list'] })])
    expect(json['authorization_details']).toEqual([{ type: 'account', actions: ['list'] }])
  })

  it('of nothing is a denial, unless some scope is left', async () => {
    await expect(approve([], [])).rejects.toMatchObject({ code: 'access_denied' })
    expect((await approve([])).json).not.toHaveProperty('authorization_details')
  })

  it.each([
    ['of another type', { type: 'magic' }],
    ['that does not fit its type', { type: 'payment' }],
  ])('refuses an object from the page %s', async (_, value) => {
    await expect(approve([item(value)])).rejects.toMatchObject({ code: 'server_error' })
  })
})

describe('at the token endpoint', () => {
  it('narrows by the rules of the type, and a refresh starts from all (RFC 9396 §6)', async () => {
    const { server } = start()
    const first = await redeem(server, await obtainCode(server, asking(PAYMENT, ACCOUNT)))
    const less = { type: 'account', actions: ['list'] }
    const second = await refresh(server, first.json['refresh_token'], WEB, asking(less))
    expect(second.json['authorization_details']).toEqual([less])
    const reordered = { iban: PAYMENT.iban, amount: PAYMENT.amount, type: 'payment' }
    const third = await refresh(server, second.json['refresh_token'], WEB, asking(reordered))
    expect(third.json['authorization_details']).toEqual([PAYMENT])
    const fourth = await refresh(server, third.json['refresh_token'])
    expect(fourth.json['authorization_details']).toEqual([PAYMENT, ACCOUNT])
  })

  it.each([
    ['more than was granted', { ...PAYMENT, amount: '9999' }],
    ['more of a type with rules of its own', { type: 'account', actions: ['list', 'pay'] }],
    ['an unknown type', { type: 'magic' }],
  ])('refuses %s (RFC 9396 §6)', async (_, detail) => {
    const { server } = start()
    const { json } = await redeem(server, await obtainCode(server, asking(PAYMENT, ACCOUNT)))
    const answer = await refresh(server, json['refresh_token'], WEB, asking(detail))
    expect(errorOf(answer)).toEqual([400, 'invalid_authorization_details'])
  })

  it('refuses details where none were granted', async () => {
    const { server } = start()
    const { json } = await redeem(server, await obtainCode(server))
    const answer = await refresh(server, json['refresh_token'], WEB, asking(ACCOUNT))
    expect(errorOf(answer)).toEqual([400, 'invalid_authorization_details'])
  })

  it('gives a client for itself what its type allows alone (RFC 9396 §6)', async () => {
    const { server } = start()
    const ask = (detail: object, client = WEB): Promise<Answer> =>
      post(server, '/token', { grant_type: 'client_credentials', ...asking(detail) }, client)
    expect((await ask(ACCOUNT)).json['authorization_details']).toEqual([ACCOUNT])
    expect(errorOf(await ask(PAYMENT))).toEqual([400, 'invalid_authorization_details'])
    expect(errorOf(await ask(ACCOUNT, OTHER))).toEqual([400, 'invalid_authorization_details'])
  })
})

describe('details in tokens and journeys', () => {
  it('are a claim of JWT access tokens, for the API they name (RFC 9396 §9.1)', async () => {
    const { server } = fullServer({ keys: staticKeys([await generateKey('ES256')]) })
    const resource = 'https://bank.example'
    server.register(
      resourceIndicators({ resources: { [resource]: {} } }),
      richAuthorizationRequests({ types }),
      jwtAccessToken({ audience: 'https://api.example' }),
    )
    const here = { ...PAYMENT, locations: [`${resource}/payments`] }
    const elsewhere = { ...PAYMENT, locations: ['https://other.example'] }
    const { json } = await redeem(server, await obtainCode(server, { resource, ...asking(here, elsewhere) }))
    const { claims } = decodeUnverifiedJwt(String(json['access_token']))
    expect(claims['authorization_details']).toEqual([here])
    expect(json['authorization_details']).toEqual([here])
  })

  it('are amended with the authorization that lives: the next refresh has those', async () => {
    const { server } = start()
    const { json } = await redeem(server, await obtainCode(server, asking(PAYMENT, ACCOUNT)))
    const found = await server.tokens.find(String(json['access_token']))
    const amended = await server.authorizations.amend(found!.authorization.id, ({ data }) => {
      expect(data['authorizationDetails']).toEqual([PAYMENT, ACCOUNT])
      return { data: { authorizationDetails: [ACCOUNT] } }
    })
    expect(amended).toMatchObject({ scope: ['read', 'write'], revision: found!.authorization.revision + 1 })
    const refreshed = await refresh(server, json['refresh_token'])
    expect(refreshed.json).toMatchObject({ authorization_details: [ACCOUNT], scope: 'read write' })
  })

  it('of 6 kB survive login and consent, pushed and in the open (RFC 9396 §11.4)', async () => {
    const { server } = start()
    const large = { ...PAYMENT, note: 'ü'.repeat(6000) }
    const open = await redeem(server, await obtainCode(server, asking(large)))
    expect(open.json['authorization_details']).toEqual([large])
    const request = {
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    }
    const pushed = await post(server, '/par', { ...request, ...asking(large) }, WEB)
    const none = Object.fromEntries([...Object.keys(request), 'scope', 'state'].map((name) => [name, undefined]))
    const code = await obtainCode(server, { ...none, request_uri: String(pushed.json['request_uri']) })
    expect((await redeem(server, code)).json['authorization_details']).toEqual([large])
  })
})
