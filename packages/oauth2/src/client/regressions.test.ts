// What went wrong in other libraries, as python-parity §4.2 lists it: one test each, for what clients do.
import type { AuthlibError } from '@authlib/core'
import { startFakeProvider, testClock, type FakeProvider } from '@authlib/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OAuth2Client, type OAuth2ClientOptions, type Token, apiSession } from './index.ts'

const redirectUri = 'https://app.example/callback'
const clock = testClock()

let provider: FakeProvider
beforeAll(async () => void (provider = await startFakeProvider({ clock })))
afterAll(() => provider.stop())
afterEach(() => {
  provider.answer('/token', null)
  provider.answer('/api', null)
})

function createClient(options: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  const { issuer, clientId, clientSecret } = provider
  return new OAuth2Client({ issuer, clientId, clientSecret, scope: ['read'], apiBaseUrl: issuer, clock, ...options })
}

async function logIn(client = createClient(), changes: Record<string, string | undefined> = {}): Promise<Token> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  return (await client.finishAuthorization(provider.approve(url, changes), login)).token
}

/** Notes what the token endpoint is sent, and answers as usual. */
function watchTokenRequests(): Request[] {
  const seen: Request[] = []
  provider.answer('/token', (request, usual) => {
    seen.push(request.clone())
    return usual()
  })
  return seen
}

const scopesOf = (requests: readonly Request[]): Promise<(string | null)[]> =>
  Promise.all(requests.map(async (request) => new URLSearchParams(await request.text()).get('scope')))

describe('a token', () => {
  it('that expired at 0 has expired: falsy is not absent (X-04)', async () => {
    const client = createClient()
    const token = await logIn(client)
    const before = provider.requests.length
    const session = apiSession(client, { token: { ...token, expiresAt: 0 } })
    expect((await session.token()).accessToken).not.toBe(token.accessToken)
    expect(provider.requests.slice(before)).toEqual(['POST /token'])
  })

  it('that does not say when it ends is used until it is refused (X-04)', async () => {
    const client = createClient()
    const token = await logIn(client)
    const session = apiSession(client, { token: { ...token, expiresAt: undefined } })
    clock.advance(100_000)
    expect(await session.token()).toMatchObject({ accessToken: token.accessToken })
  })
})

describe('the text of an error', () => {
  it.each(['a "quoted" \\ text', 'Zugriff verweigert: ungültig', 'line\r\nbreak', '<b>'])(
    'may have any characters in a callback and stays in `reason`, where control characters are escaped: %j (X-10)',
    async (description) => {
      const refused = logIn(createClient(), { code: undefined, error: 'access_denied', error_description: description })
      const error = await refused.catch((error: unknown) => error as AuthlibError)
      const escaped = description.replace('\r\n', '%0D%0A')
      expect(error).toMatchObject({ code: 'access_denied', reason: `access_denied: ${escaped}` })
      expect((error as AuthlibError).message).toBe('The authorization server answered access_denied')
    },
  )

  it.each<[description: unknown, reason: string]>([
    ['ü "\\', 'invalid_scope: ü "\\'],
    [undefined, 'invalid_scope'],
    [7, 'invalid_scope'],
    [['a'], 'invalid_scope'],
    [null, 'invalid_scope'],
  ])('may be anything in a token response: %j (X-10)', async (description, reason) => {
    const answer = { error: 'invalid_scope', error_description: description }
    provider.answer('/token', () => Response.json(answer, { status: 400 }))
    await expect(createClient().clientCredentials()).rejects.toMatchObject({ code: 'invalid_scope', reason })
  })

  it('is kept for codes that no one registered (X-30)', async () => {
    const error = { code: undefined, error: 'org_blocked', error_description: 'Ask your administrator' }
    await expect(logIn(createClient(), error)).rejects.toMatchObject({
      code: 'authorization_failed',
      reason: 'org_blocked: Ask your administrator',
    })
  })
})

describe('parameters', () => {
  it('that are falsy strings are sent (X-11)', async () => {
    const { url } = await createClient().createAuthorization({ redirectUri, params: { max_age: '0', display: '0' } })
    const sent = new URL(url).searchParams
    expect([sent.get('max_age'), sent.get('display')]).toEqual(['0', '0'])
  })

  it('of one call do not stay for the next: the scope (X-29)', async () => {
    const client = createClient()
    const narrow = await client.createAuthorization({ redirectUri, scope: ['write'] })
    const usual = await client.createAuthorization({ redirectUri })
    expect(new URL(narrow.url).searchParams.get('scope')).toBe('write')
    expect(new URL(usual.url).searchParams.get('scope')).toBe('read')
    const seen = watchTokenRequests()
    await client.clientCredentials({ scope: ['write'] })
    await client.clientCredentials()
    const token = await logIn(client)
    await client.refresh(await client.refresh(token, { scope: [] }))
    expect(await scopesOf(seen)).toEqual(['write', 'read', null, null, null])
  })
})

describe('a callback', () => {
  it('without code says so (X-14)', async () => {
    await expect(logIn(createClient(), { code: undefined })).rejects.toMatchObject({
      code: 'invalid_callback',
      status: 400,
      reason: 'it has no code',
    })
  })
})

describe('a token request', () => {
  it('carries the credentials of the client, and not the token it replaces (X-31)', async () => {
    const client = createClient()
    const token = await logIn(client)
    const seen = watchTokenRequests()
    await apiSession(client, { token: { ...token, expiresAt: 0 } }).fetch('api')
    expect(seen.map(({ headers }) => headers.get('authorization')?.split(' ')[0])).toEqual(['Basic'])
    const [sent] = await Promise.all(seen.map((request) => request.text()))
    expect(sent).not.toContain(token.accessToken)
  })

  it('goes to no URL with credentials of its own (X-32)', () => {
    const metadata = { token_endpoint: 'https://user:password@as.example/token' }
    expect(() => createClient({ issuer: undefined, metadata })).toThrow(
      expect.objectContaining({ code: 'invalid_metadata' }),
    )
  })

  it.each(['\n{…}', '{…}\n', '\r\n\t {…} \r\n', '{\n…\n}'])(
    'takes an answer with line breaks around or inside: %j (X-33)',
    async (layout) => {
      const members = '"access_token":\n"at",\r\n"token_type"\n:"Bearer"'
      provider.answer('/token', () => {
        return new Response(layout.replace('{…}', `{${members}}`).replace('…', members))
      })
      expect(await createClient().clientCredentials()).toMatchObject({ accessToken: 'at' })
    },
  )

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('takes the token type %s (X-25)', async (type) => {
    provider.answer('/token', () => Response.json({ access_token: 'at', token_type: type }))
    expect(await createClient().clientCredentials()).toMatchObject({ tokenType: 'Bearer' })
  })
})

describe('an API request', () => {
  it('carries the token in place of any other credentials (X-32)', async () => {
    const client = createClient()
    const token = await logIn(client)
    const headers = { authorization: 'Basic YWxpY2U6c2VjcmV0' }
    let received: string | null = null
    provider.answer('/api', (request, usual) => {
      received = request.headers.get('authorization')
      return usual()
    })
    expect((await apiSession(client, { token }).fetch('api', { headers })).status).toBe(200)
    expect(received).toBe(`Bearer ${token.accessToken}`)
  })

  it('is answered with a fresh token after a 401 without any challenge (X-26)', async () => {
    const client = createClient()
    const token = await logIn(client)
    let first = true
    provider.answer('/api', (_, usual) => {
      if (!first) return usual()
      first = false
      return new Response(null, { status: 401 })
    })
    expect((await apiSession(client, { token }).fetch('api')).status).toBe(200)
  })
})
