import { type HttpResponse } from '@authlib/core'
import { admit, parseChallenges } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  bearer,
  cannotValidate,
  invalidToken,
  readResourceToken,
  ResourceProtector,
  type Requirement,
  type ResourceProtectorOptions,
  type ResourceToken,
  type ScopeRequirement,
  type TokenScheme,
  type TokenValidator,
} from './index.ts'

const resource = 'https://api.example'

/** A validator over a table, as an application with tokens in its own database writes it. */
function table(tokens: Record<string, Record<string, string | object>>): TokenValidator {
  return {
    validate: (token) =>
      Object.hasOwn(tokens, token) ? readResourceToken(tokens[token] as ResourceToken['claims']) : null,
  }
}

const tokens = {
  reader: { sub: 'alice', client_id: 'web', scope: 'notes:read' },
  both: { sub: 'alice', scope: 'notes:read notes:write' },
  admin: { scope: 'admin' },
  none: {},
  bound: { scope: 'notes:read', cnf: { jkt: 'thumbprint' } },
  typed: { scope: 'notes:read', token_type: 'DPoP' },
  refresh: { scope: 'notes:read', token_type: 'refresh_token' },
}

function protector(options: Partial<ResourceProtectorOptions> = {}): ResourceProtector {
  return new ResourceProtector({ resource, validators: [table(tokens)], ...options })
}

function get(authorization?: string, url = 'https://api.example/notes'): Request {
  return new Request(url, { headers: authorization === undefined ? {} : { authorization } })
}

/** What a client gets: 200, or the answer of the protector. */
async function answer(guard: ResourceProtector, request: Request, requirement?: Requirement): Promise<HttpResponse> {
  try {
    await guard.protect(request, requirement)
    return { status: 200, headers: [], body: '' }
  } catch (error) {
    return guard.respond(error)
  }
}

function challenges({ headers }: HttpResponse): { scheme: string; [param: string]: string }[] {
  const header = headers.find(([name]) => name === 'www-authenticate')?.[1] ?? ''
  return parseChallenges(header).map(({ scheme, params }) => ({ scheme, ...Object.fromEntries(params) }))
}

describe('ResourceProtector', () => {
  it('hands out the token of the request', async () => {
    expect(await protector().protect(get('Bearer reader'), 'notes:read')).toEqual({
      subject: 'alice',
      clientId: 'web',
      scope: ['notes:read'],
      audience: [],
      tokenType: 'Bearer',
      claims: tokens.reader,
    })
  })

  it('answers a request without a token with a challenge and no error code (S1, RFC 6750 §3.1)', async () => {
    const response = await answer(protector(), get(), 'notes:read notes:write')
    expect(response.status).toBe(401)
    expect(response.body).toBe('')
    expect(challenges(response)).toEqual([{ scheme: 'bearer', realm: resource, scope: 'notes:read notes:write' }])
    expect(response.headers).toContainEqual(['cache-control', 'no-store'])
  })

  it.each(['Basic YWxpY2U6c2VjcmV0', 'Digest username="a"', 'Bearertoken reader', '', '%%%'])(
    'takes %j for no token at all (S1, RFC 6750 §3.1)',
    async (authorization) => {
      const response = await answer(protector(), get(authorization))
      expect(response.status).toBe(401)
      expect(challenges(response)).toEqual([{ scheme: 'bearer', realm: resource }])
    },
  )

  it.each(['Bearer reader', 'bearer reader', 'BEARER reader', 'bEaReR reader', 'Bearer  reader'])(
    'accepts %j: the scheme has no case and spaces may repeat (S1, RFC 6750 §2.1)',
    async (authorization) => expect((await answer(protector(), get(authorization))).status).toBe(200),
  )

  it.each([
    'Bearer',
    'Bearer reader reader',
    'Bearer reader, Bearer reader',
    'Bearer "reader"',
    'Bearer reader;',
    'Bearer =',
    'Bearer a=b',
  ])('refuses the malformed %j (S1, RFC 6750 §3.1)', async (authorization) => {
    const response = await answer(protector(), get(authorization))
    expect(response.status).toBe(400)
    expect(challenges(response)).toMatchObject([{ scheme: 'bearer', error: 'invalid_request' }])
  })

  it('refuses two Authorization headers, also of the same token (S1, RFC 9110 §5.3)', async () => {
    for (const second of ['Bearer both', 'Bearer reader', 'Basic YTpi']) {
      const request = get('Bearer reader')
      request.headers.append('authorization', second)
      expect((await answer(protector(), request)).status).toBe(400)
    }
  })

  it('answers a token that no one knows with invalid_token (S1, RFC 6750 §3.1)', async () => {
    const response = await answer(protector(), get('Bearer junk'), 'notes:read')
    expect(response.status).toBe(401)
    expect(challenges(response)).toMatchObject([{ error: 'invalid_token', scope: 'notes:read' }])
    expect(JSON.parse(response.body)).toMatchObject({ error: 'invalid_token' })
    expect(JSON.stringify(response)).not.toContain('junk')
  })

  it('refuses a token of 100 kB before any validator sees it (S1)', async () => {
    let asked = 0
    const guard = protector({ validators: [{ validate: () => ((asked += 1), null) }] })
    expect((await answer(guard, get(`Bearer ${'a'.repeat(100_000)}`))).status).toBe(400)
    expect(asked).toBe(0)
    expect((await answer(guard, get(`Bearer ${'a'.repeat(16_384)}`))).status).toBe(401)
    expect(asked).toBe(1)
  })

  it('never looks at a token in the query (S1, OAuth 2.1 §5.1)', async () => {
    const url = 'https://api.example/notes?access_token=reader'
    const response = await answer(protector(), get(undefined, url))
    expect(response.status).toBe(401)
    expect(challenges(response)).toEqual([{ scheme: 'bearer', realm: resource }])
    expect((await answer(protector(), get('Bearer reader', url))).status).toBe(200)
  })

  it('answers all the scope an operation needs when the token has too little (S1, RFC 6750 §3.1)', async () => {
    const response = await answer(protector(), get('Bearer reader'), 'notes:read notes:write')
    expect(response.status).toBe(403)
    expect(challenges(response)).toMatchObject([{ error: 'insufficient_scope', scope: 'notes:read notes:write' }])
  })

  it('names the first alternative when several scopes would do', async () => {
    const response = await answer(protector(), get('Bearer none'), ['notes:read', 'admin'])
    expect(challenges(response)).toMatchObject([{ error: 'insufficient_scope', scope: 'notes:read' }])
  })

  it('lets anonymous callers through where the application asks for the token only if there is one', async () => {
    expect(await protector().findToken(get())).toBeNull()
    expect(await protector().findToken(get('Bearer reader'))).toMatchObject({ subject: 'alice' })
    await expect(protector().findToken(get('Bearer junk'))).rejects.toMatchObject({ code: 'invalid_token' })
    await expect(protector().findToken(get('Bearer reader'), 'admin')).rejects.toMatchObject({ status: 403 })
  })
})

describe('scope requirements', () => {
  it.each([{ scopes: 'admin' }, { scope: 'notes:read', maxage: 5 }, { acr_values: ['mfa'] }])(
    'let no one in when a member is misspelt, which would demand nothing: %j',
    async (requirement) => {
      const { status } = await answer(protector(), get('Bearer reader'), requirement)
      expect(status).toBe(500)
    },
  )

  const granted = (request: string, requirement?: Requirement) =>
    answer(protector(), get(`Bearer ${request}`), requirement).then(({ status }) => status === 200)

  it.each<[token: string, requirement: Requirement | undefined, granted: boolean]>([
    ['none', undefined, true],
    ['none', {}, true],
    ['none', 'notes:read', false],
    ['reader', 'notes:read', true],
    ['reader', 'notes', false],
    ['reader', 'NOTES:READ', false],
    ['reader', 'notes:read notes:write', false],
    ['both', 'notes:read notes:write', true],
    ['both', 'notes:write notes:read', true],
    ['reader', ['notes:read', 'admin'], true],
    ['admin', ['notes:read', 'admin'], true],
    ['none', ['notes:read', 'admin'], false],
    ['reader', ['notes:read notes:write', 'admin'], false],
    ['both', ['notes:read notes:write', 'admin'], true],
    ['admin', ['notes:read notes:write', 'admin'], true],
    ['reader', { scope: ['notes:write', 'notes:read'] }, true],
    ['reader', { scope: 'notes:write' }, false],
    ['none', 'constructor', false],
  ])('a token %j meets %j: %j', async (token, requirement, expected) => {
    expect(await granted(token, requirement)).toBe(expected)
  })

  it.each<ScopeRequirement>(['', [], ['notes:read', ''], ' ', 'a  b', 'a ', 'a"b', 'a\\b', 'ä', 'a\nb'])(
    'treats the requirement %j as a mistake of the programmer, with a token and without (RFC 6749 §3.3)',
    async (requirement) => {
      await expect(protector().protect(get('Bearer admin'), requirement)).rejects.toThrow(TypeError)
      await expect(protector().protect(get(), requirement)).rejects.toThrow(TypeError)
    },
  )

  it('follows the hierarchy of the application', async () => {
    const guard = protector({ scopeSatisfies: (have, need) => have === need || have === 'admin' })
    expect((await answer(guard, get('Bearer admin'), 'notes:read notes:write')).status).toBe(200)
    expect((await answer(guard, get('Bearer reader'), 'admin')).status).toBe(403)
  })
})

describe('validators', () => {
  it('are asked in order until one knows the token', async () => {
    const guard = protector({ validators: [table({ one: { iss: 'https://a.example' } }), table({ one: {}, two: {} })] })
    expect((await guard.protect(get('Bearer one'))).issuer).toBe('https://a.example')
    expect((await guard.protect(get('Bearer two'))).issuer).toBeUndefined()
  })

  it('end the search when one refuses', async () => {
    const refuse: TokenValidator = {
      validate() {
        throw invalidToken('revoked')
      },
    }
    const response = await answer(protector({ validators: [refuse, table(tokens)] }), get('Bearer reader'))
    expect(response.status).toBe(401)
    expect(JSON.stringify(response)).not.toContain('revoked')
  })

  it('get the resource and the clock of their protector', async () => {
    const seen: unknown[] = []
    const guard = protector({
      clock: () => 1_700_000_000,
      validators: [{ validate: (token, { resource, clock }) => (seen.push(token, resource, clock()), null) }],
    })
    await answer(guard, get('Bearer abc'))
    expect(seen).toEqual(['abc', resource, 1_700_000_000])
  })

  it('may hand out tokens of the application', async () => {
    const guard = new ResourceProtector({
      resource,
      validators: [{ validate: () => ({ ...readResourceToken({ scope: 'a' }), tenant: 7 }) }],
    })
    const { tenant } = await guard.protect(get('Bearer x'), 'a')
    expect(tenant).toBe(7)
  })
})

describe('bearer', () => {
  it.each(['bound', 'typed', 'refresh'])('refuses a %s token (D3, RFC 9449 §7.2)', async (token) => {
    const response = await answer(protector(), get(`Bearer ${token}`), 'notes:read')
    expect(response.status).toBe(401)
    expect(challenges(response)).toMatchObject([{ error: 'invalid_token' }])
  })

  const post = (body: string, headers: Record<string, string> = {}) =>
    new Request('https://api.example/notes', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })

  it('leaves bodies alone', async () => {
    const request = post('access_token=reader', { authorization: 'Bearer reader' })
    expect((await answer(protector(), request)).status).toBe(200)
    expect(request.bodyUsed).toBe(false)
    expect((await answer(protector(), post('access_token=reader'))).status).toBe(401)
  })

  it('reads a form body where the application opened that way, and refuses two ways at once (S1, RFC 6750 §2)', async () => {
    const guard = protector({ schemes: [bearer({ insecureFormBody: true })] })
    const status = async (request: Request) => (await answer(guard, request)).status
    expect(await status(post('access_token=reader&x=1'))).toBe(200)
    expect(await status(post('access_token=reader', { authorization: 'Bearer reader' }))).toBe(400)
    expect(await status(post('access_token=reader&access_token=reader'))).toBe(400)
    expect(await status(post('access_token=rea+der'))).toBe(400)
    expect(await status(post('x=1'))).toBe(401)
    expect(await status(post('{"access_token":"reader"}', { 'content-type': 'application/json' }))).toBe(401)
    expect(await status(post('access_token=reader', { 'content-type': 'multipart/form-data' }))).toBe(401)
    expect(await status(get('Bearer reader'))).toBe(200)
  })

  it('reads no body of a GET (RFC 6750 §2.2)', async () => {
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
    const request = { method: 'GET', url: '/notes', headers, text: () => Promise.resolve('access_token=reader') }
    const guard = protector({ schemes: [bearer({ insecureFormBody: true })] })
    await expect(guard.protect(request)).rejects.toMatchObject({ code: 'missing_token' })
    expect(await guard.protect({ ...request, method: 'POST' })).toMatchObject({ subject: 'alice' })
  })
})

describe('challenges', () => {
  it('escape what the application configured (RFC 9110 §5.6.4)', async () => {
    const realm = 'say "hi", \\o/'
    const response = await answer(protector({ realm }), get())
    expect(challenges(response)).toEqual([{ scheme: 'bearer', realm }])
  })

  it.each([[undefined], ['Bearer junk'], ['Bearer reader'], ['Bearer a b']])(
    'tell where the metadata is, after %j too (RFC 9728 §5.1)',
    async (authorization) => {
      const url = 'https://api.example/.well-known/oauth-protected-resource'
      const response = await answer(protector({ resourceMetadata: url }), get(authorization), 'admin')
      expect(challenges(response)).toMatchObject([{ resource_metadata: url }])
    },
  )

  it.each<[fault: string, status: number, authorization: string | undefined]>([
    ['no token', 401, undefined],
    ['another scheme', 401, 'Basic YTpi'],
    ['an invalid token', 401, 'Bearer junk'],
    ['too little scope', 403, 'Bearer none'],
    ['a malformed token', 400, 'Bearer a b'],
  ])('come with every refusal, in one header without a comma after the scheme: %s (X-26)', async (_, status, sent) => {
    const response = await answer(protector(), get(sent), 'notes:read')
    const values = response.headers.filter(([name]) => name === 'www-authenticate').map(([, value]) => value)
    expect(response.status).toBe(status)
    expect(values).toEqual([expect.stringMatching(/^Bearer realm="[^"]*"(, [a-z_]+="[^"]*")*$/)])
  })

  it('name every scheme, and give the error to the one that was used (RFC 9449 §7.2)', async () => {
    const other: TokenScheme = {
      scheme: 'Other',
      params: { algs: 'ES256' },
      read: (request) => request.headers.get('x-other') ?? undefined,
      confirm: () => undefined,
    }
    const guard = protector({ schemes: [bearer(), other], realm: 'r' })
    expect(challenges(await answer(guard, get()))).toEqual([
      { scheme: 'bearer', realm: 'r' },
      { scheme: 'other', realm: 'r', algs: 'ES256' },
    ])
    expect(challenges(await answer(guard, get('Bearer junk')))).toMatchObject([
      { error: 'invalid_token' },
      { algs: 'ES256' },
    ])
    expect(challenges(await answer(guard, get('Bearer junk')))[1]).not.toHaveProperty('error')

    const two = new Request(resource, { headers: { authorization: 'Bearer reader', 'x-other': 'reader' } })
    const response = await answer(guard, two)
    expect(response.status).toBe(400)
    expect(challenges(response)).toMatchObject([{ error: 'invalid_request' }, { error: 'invalid_request' }])
  })
})

describe('respond', () => {
  it('answers 503 when tokens cannot be validated', () => {
    const response = protector({ onError: () => undefined }).respond(cannotValidate('the database is gone'))
    expect(response.status).toBe(503)
    expect(JSON.parse(response.body)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(response.body).not.toContain('database')
  })

  it('gives nothing of a crash away, and tells it to the application', async () => {
    const seen: unknown[] = []
    const crash = new Error('secret detail')
    const guard = protector({
      validators: [{ validate: () => Promise.reject(crash) }],
      onError(error) {
        seen.push(error)
        throw new Error('a listener cannot fail the answer')
      },
    })
    const response = await answer(guard, get('Bearer reader'))
    expect(response).toMatchObject({ status: 500, body: '{"error":"server_error"}' })
    expect(seen).toEqual([crash])
  })

  it('tells the application why a token was refused', async () => {
    const reasons: unknown[] = []
    const guard = protector({ onError: (error) => reasons.push((error as { reason?: string }).reason) })
    await answer(guard, get('Bearer bound'))
    expect(reasons).toEqual(['a bound token came as a bearer token'])
  })
})

describe('adapters', () => {
  it('get the token or the answer, without knowing what a scope is', async () => {
    const { token } = await admit(protector(), get('Bearer reader'), ['notes:read', 'admin'])
    expect(token?.subject).toBe('alice')
    const { refusal } = await admit(protector(), get('Bearer reader'), { scope: 'admin' })
    expect(refusal?.status).toBe(403)
  })
})

describe('construction', () => {
  it('refuses to guard with nothing', () => {
    expect(() => protector({ resource: '' })).toThrow('resource of ResourceProtector must be a non-empty string')
    expect(() => protector({ validators: undefined as never })).toThrow('validators of ResourceProtector')
    expect(() => protector({ validators: {} as never })).toThrow('validators of ResourceProtector')
    expect(() => protector({ validators: [] })).toThrow(TypeError)
    expect(() => protector({ schemes: [] })).toThrow(TypeError)
    expect(() => protector({ realm: 'line\nbreak' })).toThrow(TypeError)
    expect(() => protector({ resourceMetadata: '/.well-known/oauth-protected-resource' })).toThrow(TypeError)
    expect(() => protector({ resourceMetadata: 'http://api.example/metadata' })).toThrow(TypeError)
  })
})
