// Whatever a stranger sends is refused with a status below 500, and no grant comes of it.
import { memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, signJwt, staticKeys } from '@authlib/jose'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorizeUrl, basic, bareServer, Browser, ISSUER, manualClock, post, WEB } from '../../test/journey.ts'
import { coversScope, formatScope, parseScope, sameScope } from '../scope.ts'
import { certificateFromHeader } from './certificate-header.ts'
import { clientSecretJwt } from './client-auth/client-secret-jwt.ts'
import { privateKeyJwt } from './client-auth/private-key-jwt.ts'
import { authorizationCodeGrant } from './features/authorization-code.ts'
import { backchannelAuthenticationGrant } from './features/backchannel-authentication.ts'
import { clientCredentialsGrant } from './features/client-credentials.ts'
import { codeChallenge } from './features/code-challenge.ts'
import { deviceAuthorizationGrant, findDeviceRequest } from './features/device-authorization.ts'
import { normalizeUserCode } from './features/device-user-code.ts'
import { dpop } from './features/dpop.ts'
import { grantManagement } from './features/grant-management.ts'
import { introspectionEndpoint } from './features/introspection.ts'
import { jwtBearerGrant } from './features/jwt-bearer.ts'
import { pushedAuthorizationRequests } from './features/pushed-authorization.ts'
import { refreshTokenGrant } from './features/refresh-token.ts'
import { requestObject } from './features/request-object.ts'
import { resourceIndicators } from './features/resource-indicators.ts'
import { richAuthorizationRequests } from './features/rich-authorization-requests.ts'
import { saml2BearerGrant } from './features/saml2-bearer.ts'
import { tokenExchangeGrant } from './features/token-exchange.ts'
import { developmentPages } from './interaction/development.ts'
import { staticClients } from './records/clients.ts'

const key = await generateKey('ES256')
const keys = staticKeys([await generateKey('ES256')])

function start() {
  const clock = manualClock()
  const client = {
    ...WEB,
    client_id: 'web',
    jwks: { keys: [key.publicJwk()] } as JsonObject,
    backchannel_token_delivery_mode: 'poll',
  }
  const made = bareServer({ clock, keys, store: memoryStore(), clients: staticClients([client]) })
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant(), introspectionEndpoint(), deviceAuthorizationGrant())
    .register(
      tokenExchangeGrant({ allow: () => true }),
      jwtBearerGrant({ issuers: {} }),
      saml2BearerGrant({ verify: () => null }),
    )
    .register(backchannelAuthenticationGrant({ findSubject: () => null, notify: () => undefined }))
    .register(pushedAuthorizationRequests(), requestObject({ algorithms: ['ES256'] }), dpop(), grantManagement())
    .register(resourceIndicators({ resources: { 'https://api.example': {} } }), privateKeyJwt(), clientSecretJwt())
    .register(
      richAuthorizationRequests({ types: { payment: { validate: ({ amount }) => typeof amount === 'string' } } }),
    )
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return { ...made, clock }
}

let made: ReturnType<typeof start>
beforeAll(() => {
  made = start()
})

const NAMES = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'grant_type',
    'client_id',
    'client_secret',
  ],
  ...[
    'scope',
    'code',
    'code_verifier',
    'redirect_uri',
    'refresh_token',
    'assertion',
    'device_code',
    'auth_req_id',
    'token',
  ],
  ...['subject_token', 'subject_token_type', 'actor_token', 'resource', 'audience', 'request', 'request_uri', 'claims'],
  ...['authorization_details', 'client_assertion', 'client_assertion_type', 'response_type', 'response_mode', 'state'],
  ...[
    'requested_token_type',
    'login_hint',
    'id_token_hint',
    'user_code',
    'requested_expiry',
    'binding_message',
    'dpop_jkt',
  ],
]
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    ...NAMES,
    '{}',
    '[]',
    '[{"type":"payment"}]',
    'null',
    'eyJhbGciOiJub25lIn0.e30.',
    'a.b.c',
    'a.b.c.d.e',
  ),
  fc.stringMatching(/^(at|rt|ac|dc|ar)_[A-Za-z0-9_-]{22}(~[A-Za-z0-9_-]{12}){0,2}\.[\w.-]{1,50}$/),
)
const form = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), text), { maxLength: 12 })

const POSTED = ['/token', '/par', '/introspect', '/device_authorization', '/bc-authorize', '/device']

async function send(path: string, init: RequestInit): Promise<number> {
  const response = await made.server.fetch(new Request(ISSUER + path, init))
  await response.text()
  return response.status
}

const crashes = (): unknown[] => made.events.filter(({ type }) => type === 'server.error')

describe('random requests (X2)', () => {
  it.each(POSTED)('are answered below 500 at %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(
        form,
        fc.boolean(),
        fc.constantFrom(...made.server.grantTypes),
        async (pairs, known, grantType) => {
          const body = new URLSearchParams([
            ...(path === '/token' ? [['grant_type', grantType]] : []),
            ...pairs,
          ] as string[][])
          const headers: Record<string, string> = known ? { authorization: basic(WEB) } : {}
          expect(await send(path, { method: 'POST', body, headers })).toBeLessThan(500)
        },
      ),
      { numRuns: 150 },
    )
    expect(crashes()).toEqual([])
  })

  it('are answered below 500 when the body is no form at all', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    const type = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'text/plain',
      'x',
      'application/x-www-form-urlencoded; charset=utf-16',
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTED, '/authorize'), bytes, type, async (path, body, contentType) => {
        const headers = { authorization: basic(WEB), 'content-type': contentType }
        expect(await send(path, { method: 'POST', body: new Uint8Array(body), headers })).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
    expect(crashes()).toEqual([])
  })

  it('are answered below 500 whatever the headers carry', async () => {
    const value = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 80,
    })
    const headers = fc.record({
      authorization: fc.oneof(
        value,
        value.map((one) => `Basic ${one}`),
        value.map((one) => `Basic ${btoa(one)}`),
        value.map((one) => `DPoP ${one}`),
      ),
      dpop: value,
      accept: value,
      cookie: value,
      'accept-language': value,
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTED), headers, async (path, sent) => {
        const body = new URLSearchParams({ grant_type: 'client_credentials' })
        expect(await send(path, { method: 'POST', body, headers: sent })).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
    expect(crashes()).toEqual([])
  })

  it('redirect no error anywhere but to a registered URI', async () => {
    await fc.assert(
      fc.asyncProperty(form, async (pairs) => {
        const url = new URL(authorizeUrl())
        for (const [name, value] of pairs) url.searchParams.set(name, value)
        const response = await new Browser(made.server).open(url.href)
        const location = response.headers.get('location')
        expect(response.status).toBeLessThan(500)
        if (location !== null) expect(location).toMatch(/^(?:https:\/\/app\.example\/cb[?#]|\/(?:login|consent)\?)/)
      }),
      { numRuns: 300 },
    )
    expect(crashes()).toEqual([])
  })
})

describe('request objects with random claims (RFC 9101)', () => {
  it('become a request or an error, never a crash', async () => {
    const claims = fc.dictionary(
      fc.constantFrom(...NAMES, 'iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub'),
      fc.oneof(fc.jsonValue(), text),
    )
    await fc.assert(
      fc.asyncProperty(claims, fc.boolean(), async (random, complete) => {
        const own = { iss: 'web', aud: ISSUER, client_id: 'web', nbf: made.clock(), exp: made.clock() + 60 }
        const payload = { ...random, ...(complete ? own : {}) }
        const request = await signJwt(JSON.parse(JSON.stringify(payload)) as JsonObject, key, { lifetime: null }).catch(
          () => null,
        )
        if (request === null) return // claims that no one can sign
        const response = await new Browser(made.server).open(authorizeUrl({ request }))
        expect(response.status).toBeLessThan(500)
        const pushed = await post(made.server, '/par', { request }, WEB)
        expect([201, 400, 401]).toContain(pushed.status)
      }),
      { numRuns: 150 },
    )
    expect(crashes()).toEqual([])
  })
})

describe('parsers', () => {
  it('find no token in random strings', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(await made.server.tokens.find(token)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it('read user codes the same, however they are typed (RFC 8628 §6.1)', async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
        const code = normalizeUserCode(typed)
        expect(normalizeUserCode(code)).toBe(code)
        expect(normalizeUserCode(code.toLowerCase().split('').join(' - '))).toBe(code)
      }),
    )
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        expect(await findDeviceRequest(made.server, typed, { wrongCodes: 1_000_000 })).toBeNull()
      }),
      { numRuns: 100 },
    )
  })

  it('read certificate headers or say that there is none', () => {
    const header = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.base64String().map((one) => `:${one}:`),
      fc.constant(undefined),
    )
    fc.assert(
      fc.property(header, (value) => {
        try {
          const certificate = certificateFromHeader(value, { trusted: true })
          expect(certificate === undefined || certificate.der.length > 0).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ status: 400 })
        }
      }),
    )
  })
})

describe('the algebra of scope (RFC 6749 §3.3)', () => {
  const word = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,6}$/)
  const scope = fc.uniqueArray(word, { maxLength: 8 })

  it('orders scopes: each covers itself and what a covered one covers', () => {
    fc.assert(
      fc.property(scope, scope, scope, (one, two, three) => {
        expect(coversScope(one, one)).toBe(true)
        expect(coversScope(one, [])).toBe(true)
        if (coversScope(one, two) && coversScope(two, three)) expect(coversScope(one, three)).toBe(true)
        expect(sameScope(one, two)).toBe(coversScope(one, two) && coversScope(two, one))
        expect(coversScope([...one, ...two], one)).toBe(true)
        expect(coversScope(one, [...two, ...three])).toBe(coversScope(one, two) && coversScope(one, three))
      }),
    )
  })

  it('reads any separators and repetitions as one set', () => {
    fc.assert(
      fc.property(scope, fc.integer({ min: 1, max: 3 }), (words, spaces) => {
        const sent = [...words, ...words].join(' '.repeat(spaces))
        expect(parseScope(sent)).toEqual(words)
        expect(parseScope(formatScope(parseScope(sent)))).toEqual(words)
      }),
    )
  })

  it('gives tokens no more than was asked for, allowed and approved', async () => {
    const words = ['read', 'write', 'admin', 'fly']
    await fc.assert(
      fc.asyncProperty(fc.subarray(words), async (asked) => {
        const { status, json } = await post(
          made.server,
          '/token',
          { grant_type: 'client_credentials', scope: asked.join(' ') },
          WEB,
        )
        const allowed = asked.every((one) => ['read', 'write'].includes(one))
        expect(status).toBe(allowed ? 200 : 400)
        if (!allowed) return
        const granted = parseScope(json['scope'] as string | undefined)
        expect(sameScope(granted, asked.length === 0 ? ['read', 'write'] : asked)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
