import { decodeUnverifiedJwt, generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  Browser,
  CHALLENGE,
  fullServer,
  ISSUER,
  manualClock,
  OTHER,
  post,
  REDIRECT_URI,
  refresh,
  VERIFIER,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { staticClients } from '../records/clients.ts'
import { deviceAuthorizationGrant, DEVICE_CODE } from './device-authorization.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { pushedAuthorizationRequests } from './pushed-authorization.ts'
import { resourceIndicators, type ResourceIndicatorsOptions } from './resource-indicators.ts'
import { TOKEN_EXCHANGE, tokenExchangeGrant } from './token-exchange.ts'

const CALENDAR = 'https://cal.example/api'
const MAIL = 'https://mail.example'
const FILES = 'urn:example:files'

const RESOURCES = {
  [CALENDAR]: { scope: ['read'], lifetime: 300 },
  [MAIL]: { scope: ['write'] },
  [FILES]: {},
}

const GATEWAY = { ...OTHER, client_id: 'gateway', grant_types: [TOKEN_EXCHANGE] }
const TV = {
  client_id: 'tv',
  token_endpoint_auth_method: 'none',
  grant_types: [DEVICE_CODE],
  response_types: [],
  scope: 'read',
}

function start(options: Partial<ResourceIndicatorsOptions> = {}) {
  const clock = manualClock()
  const made = fullServer({ clock, clients: staticClients([WEB, OTHER, API, GATEWAY, TV]) })
  made.server.register(resourceIndicators({ resources: RESOURCES, ...options }), pushedAuthorizationRequests())
  return { ...made, clock }
}

/** `resource` as often as there are resources. */
const form = (fields: Record<string, string>, resources: readonly string[]): string =>
  new URLSearchParams([...Object.entries(fields), ...resources.map((one) => ['resource', one])]).toString()

const urlFor = (resources: readonly string[], params: Record<string, string> = {}): string =>
  `${authorizeUrl(params)}&${form({}, resources)}`

/** Through login and consent. */
async function authorize(
  browser: Browser,
  resources: readonly string[],
  params: Record<string, string> = {},
): Promise<URLSearchParams> {
  let response = await browser.open(urlFor(resources, params))
  for (let step = 0; step < 3; step++) {
    const location = response.headers.get('location') ?? ''
    if (location.startsWith(REDIRECT_URI)) return new URL(location).searchParams
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const answer = location.startsWith('/login') ? { username: 'alice', password: 'alice' } : { decision: 'approve' }
    response = await browser.open(location, { ...answer, interaction })
  }
  throw new Error('the journey does not end')
}

async function codeFor(server: AuthorizationServer, resources: readonly string[], params = {}): Promise<string> {
  const answer = await authorize(new Browser(server), resources, params)
  return answer.get('code') ?? answer.toString()
}

const redeem = (server: AuthorizationServer, code: string, resources: readonly string[] = []): Promise<Answer> =>
  post(
    server,
    '/token',
    form({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }, resources),
    WEB,
  )

const about = async (server: AuthorizationServer, token: unknown): Promise<Record<string, unknown>> =>
  (await post(server, '/introspect', { token: String(token) }, WEB)).json

const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

describe('at the authorization endpoint', () => {
  it('makes the token good for the resource alone (RFC 8707 §2.1, §2.2)', async () => {
    const { server } = start()
    const { status, json } = await redeem(server, await codeFor(server, [CALENDAR]))
    expect([status, json['scope'], json['expires_in']]).toEqual([200, 'read', 300])
    expect(await about(server, json['access_token'])).toMatchObject({ aud: CALENDAR, scope: 'read' })
  })

  it.each([
    ['unknown', 'https://other.example'],
    ['relative', '/api'],
    ['with a fragment', `${CALENDAR}#part`],
    ['with an empty fragment', `${CALENDAR}#`],
    ['not a URI', 'cal'],
    ['below a known one', `${CALENDAR}/more`],
    ['in another case', CALENDAR.toUpperCase()],
    ['named as a member of every object', 'constructor'],
  ])('refuses a resource that is %s at the client (RFC 8707 §2)', async (_, resource) => {
    const { server } = start()
    const response = await new Browser(server).open(urlFor([CALENDAR, resource]))
    const location = new URL(response.headers.get('location') ?? '')
    expect([location.searchParams.get('error'), location.searchParams.get('state')]).toEqual(['invalid_target', 'xyz'])
  })

  it('refuses a combination of resource and scope that gives nothing (RFC 8707 §2)', async () => {
    const { server } = start()
    expect((await authorize(new Browser(server), [CALENDAR], { scope: 'write' })).get('error')).toBe('invalid_target')
  })

  it('takes an origin with and without the slash for one resource (RFC 3986 §6.2.3)', async () => {
    const { server } = start()
    const { json } = await redeem(server, await codeFor(server, [`${MAIL}/`]), [MAIL])
    expect(await about(server, json['access_token'])).toMatchObject({ aud: MAIL })
  })

  it('asks for each resource once', async () => {
    const { server } = start()
    const browser = new Browser(server)
    await authorize(browser, [CALENDAR])
    const again = await browser.open(urlFor([CALENDAR]))
    expect(again.headers.get('location')).toContain(`${REDIRECT_URI}?code=`)
    const another = (await browser.open(urlFor([CALENDAR, MAIL]))).headers.get('location') ?? ''
    expect(another).toMatch(/^\/consent/)
    const page = await (await browser.open(another)).text()
    expect(page).toContain(MAIL)
    expect(page).not.toContain(CALENDAR)
  })

  it('keeps out what the page struck out, and denies when nothing is left', async () => {
    const { server } = start()
    const login = { subject: 'alice', authTime: 1_800_000_000 }
    const answerWith = async (approved: readonly string[]): Promise<URLSearchParams> => {
      const request = await server.validateAuthorizationRequest(new Request(urlFor([CALENDAR, FILES])))
      const items = server.requests.consents(request).filter(({ value }) => approved.includes(value as string))
      const { headers } = await server.createAuthorizationResponse(request, { ...login, items })
      return new URL(headers.find(([name]) => name === 'location')?.[1] ?? '').searchParams
    }
    const { json } = await redeem(server, (await answerWith([FILES])).get('code') ?? '')
    expect(await about(server, json['access_token'])).toMatchObject({ aud: FILES })
    expect(errorOf(await refresh(server, json['refresh_token'], WEB, { resource: CALENDAR }))).toEqual([
      400,
      'invalid_target',
    ])
    await expect(answerWith([])).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('asks the operator which client may have which resource', async () => {
    const { server } = start({ allow: (client, resource) => client.clientId !== 'web' || resource !== MAIL })
    expect((await authorize(new Browser(server), [MAIL])).get('error')).toBe('invalid_target')
    expect((await authorize(new Browser(server), [CALENDAR])).get('code')).toBeTruthy()
  })
})

describe('pushed and device requests', () => {
  const pushed = {
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'read write',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  }

  it('carry several resources (RFC 9126 §2.1)', async () => {
    const { server } = start()
    const { json, status } = await post(server, '/par', form(pushed, [CALENDAR, MAIL]), WEB)
    expect(status).toBe(201)
    const none = Object.fromEntries(Object.keys(pushed).map((name) => [name, undefined]))
    const answer = await new Browser(server).authorize({ ...none, request_uri: String(json['request_uri']) })
    const token = await redeem(server, answer.get('code') ?? '')
    expect(await about(server, token.json['access_token'])).toMatchObject({ aud: [CALENDAR, MAIL] })
  })

  it('are refused with JSON for an unknown one (RFC 9126 §2.3)', async () => {
    const { server } = start()
    expect(errorOf(await post(server, '/par', form(pushed, ['https://other.example']), WEB))).toEqual([
      400,
      'invalid_target',
    ])
  })

  it('of a device are for the resource too', async () => {
    const { server, clock } = start()
    server.register(deviceAuthorizationGrant())
    const device = (await post(server, '/device_authorization', { scope: 'read', resource: CALENDAR }, TV)).json
    const browser = new Browser(server)
    let response = await browser.open('/device', { user_code: String(device['user_code']) })
    for (let step = 0; step < 2; step++) {
      const location = response.headers.get('location') ?? ''
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      const answer = location.startsWith('/login') ? { username: 'alice', password: 'alice' } : { decision: 'approve' }
      response = await browser.open(location, { ...answer, interaction })
    }
    clock.advance(6)
    const token = { grant_type: DEVICE_CODE, device_code: String(device['device_code']) }
    expect(errorOf(await post(server, '/token', { ...token, resource: MAIL }, TV))).toEqual([400, 'invalid_target'])
    const { json } = await post(server, '/token', token, TV)
    expect([json['scope'], json['expires_in']]).toEqual(['read', 300])
  })
})

describe('at the token endpoint', () => {
  it('narrows to one resource, and a refresh picks another of them (RFC 8707 §2.2)', async () => {
    const { server } = start()
    const first = await redeem(server, await codeFor(server, [CALENDAR, MAIL]), [CALENDAR])
    expect(first.json['scope']).toBe('read')
    const second = await refresh(server, first.json['refresh_token'], WEB, { resource: MAIL })
    expect([second.json['scope'], second.json['expires_in']]).toEqual(['write', 3600])
    expect(await about(server, second.json['access_token'])).toMatchObject({ aud: MAIL })
    const third = await refresh(server, second.json['refresh_token'])
    expect(await about(server, third.json['access_token'])).toMatchObject({
      aud: [CALENDAR, MAIL],
      scope: 'read write',
    })
  })

  it.each([
    ['of another API', FILES],
    ['that is unknown', 'https://other.example'],
    ['with a fragment', `${CALENDAR}#x`],
  ])('refuses a resource %s and keeps the code good (RFC 8707 §2.2)', async (_, resource) => {
    const { server } = start()
    const code = await codeFor(server, [CALENDAR])
    expect(errorOf(await redeem(server, code, [resource]))).toEqual([400, 'invalid_target'])
    const { json, status } = await redeem(server, code)
    expect(status).toBe(200)
    expect(errorOf(await refresh(server, json['refresh_token'], WEB, { resource }))).toEqual([400, 'invalid_target'])
  })

  it('refuses a resource that no one was asked for', async () => {
    const { server } = start()
    const code = await codeFor(server, [])
    expect(errorOf(await redeem(server, code, [CALENDAR]))).toEqual([400, 'invalid_target'])
    const { json } = await redeem(server, code)
    expect(await about(server, json['access_token'])).not.toHaveProperty('aud')
  })

  it('takes any listed resource from a client that acts for itself', async () => {
    const { server } = start()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials', resource: MAIL }, WEB)
    expect(await about(server, json['access_token'])).toMatchObject({ aud: MAIL, scope: 'write' })
    const unknown = { grant_type: 'client_credentials', resource: 'https://other.example' }
    expect(errorOf(await post(server, '/token', unknown, WEB))).toEqual([400, 'invalid_target'])
  })

  it('applies lifetime and scope of the resource to an exchanged token, and keeps its audience', async () => {
    const { server } = start()
    server.register(tokenExchangeGrant({ allow: () => true }))
    const { json } = await redeem(server, await codeFor(server, []))
    const exchanged = await post(
      server,
      '/token',
      {
        grant_type: TOKEN_EXCHANGE,
        subject_token: String(json['access_token']),
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'reports',
        resource: CALENDAR,
      },
      GATEWAY,
    )
    expect([exchanged.json['scope'], exchanged.json['expires_in']]).toEqual(['read', 300])
    const found = await post(server, '/introspect', { token: String(exchanged.json['access_token']) }, GATEWAY)
    expect(found.json['aud']).toEqual(['reports', CALENDAR])
  })
})

describe('the default resource', () => {
  it('is what a request without a resource is for', async () => {
    const { server } = start({ defaultResource: CALENDAR })
    const { json } = await redeem(server, await codeFor(server, []))
    expect(await about(server, json['access_token'])).toMatchObject({ aud: CALENDAR, scope: 'read' })
    const own = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(own.json['expires_in']).toBe(300)
    expect(errorOf(await refresh(server, json['refresh_token'], WEB, { resource: MAIL }))[1]).toBe('invalid_target')
  })

  it('is refused to a client that may not have it, which would else leave resource out', async () => {
    const { server } = start({ defaultResource: CALENDAR, allow: (_client, resource) => resource !== CALENDAR })
    const own = { grant_type: 'client_credentials' }
    expect(errorOf(await post(server, '/token', own, WEB))).toEqual([400, 'invalid_target'])
    expect((await post(server, '/token', { ...own, resource: MAIL }, WEB)).status).toBe(200)
  })
})

describe('formats and algorithms', () => {
  async function jwtServer() {
    const made = fullServer({ keys: staticKeys([await generateKey('ES256'), await generateKey('RS256')]) })
    const resources = { [CALENDAR]: { algorithm: 'RS256' }, [MAIL]: { format: 'opaque' }, [FILES]: {} }
    made.server.register(jwtAccessToken({ audience: 'https://api.example' }), resourceIndicators({ resources }))
    return made
  }

  it('are those of the resource', async () => {
    const { server } = await jwtServer()
    const first = await redeem(server, await codeFor(server, [CALENDAR, MAIL, FILES]), [CALENDAR])
    const token = decodeUnverifiedJwt(String(first.json['access_token']))
    expect([token.header.alg, token.claims.aud]).toEqual(['RS256', CALENDAR])
    expect(await about(server, first.json['access_token'])).toMatchObject({ active: true })
    const second = await refresh(server, first.json['refresh_token'], WEB, { resource: FILES })
    expect(decodeUnverifiedJwt(String(second.json['access_token'])).header.alg).toBe('ES256')
    const third = await refresh(server, second.json['refresh_token'], WEB, { resource: MAIL })
    expect(third.json['access_token']).toMatch(/^at_/)
  })

  it('that differ cannot meet in one token: the client asks for one at a time (RFC 8707 §3)', async () => {
    const { server } = await jwtServer()
    const code = await codeFor(server, [CALENDAR, MAIL])
    expect(errorOf(await redeem(server, code))).toEqual([400, 'invalid_target'])
    expect((await redeem(server, code, [MAIL])).status).toBe(200)
  })
})

describe('the options', () => {
  it.each([
    ['a relative identifier', { resources: { '/api': {} } }],
    ['a fragment', { resources: { 'https://a.example#x': {} } }],
    ['an origin twice', { resources: { 'https://a.example': {}, 'https://a.example/': {} } }],
    ['a lifetime of 0', { resources: { 'https://a.example': { lifetime: 0 } } }],
    ['a default that is not listed', { resources: {}, defaultResource: 'https://a.example' }],
  ])('refuse %s', (_, options) => {
    expect(() => resourceIndicators(options)).toThrow(TypeError)
  })
})
