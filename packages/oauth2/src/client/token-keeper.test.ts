import { memoryTokens, type StoredToken, type TokenStore } from '@authlib/core'
import { startFakeProvider, testClock, type FakeProvider, type TestClock } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OAuth2Client, type Token, apiSession, revokeToken } from './index.ts'

const redirectUri = 'https://app.example/callback'
const LIFETIME = 3600

let provider: FakeProvider
let clock: TestClock
let tokens: ReturnType<typeof watchedTokens>

beforeEach(async () => {
  clock = testClock()
  provider = await startFakeProvider({ clock, lifetime: LIFETIME })
  tokens = watchedTokens()
})
afterEach(() => provider.stop())

/** Each call makes what another process would have: it shares nothing but the store. */
function createClient(
  options: { random?: (length: number) => Uint8Array; timeout?: number; clock?: () => number } = {},
): OAuth2Client {
  const { issuer, clientId, clientSecret } = provider
  return new OAuth2Client({ issuer, clientId, clientSecret, apiBaseUrl: issuer, tokens, clock, ...options })
}

async function logIn(client = createClient()): Promise<Token> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  const { token } = await client.finishAuthorization(provider.approve(url), login)
  await apiSession(client, 'alice').save(token)
  tokens.saved.length = 0
  provider.requests.length = 0
  return token
}

const refreshes = (): number => provider.requests.filter((request) => request === 'POST /token').length

describe('refreshing', () => {
  it('happens once for fifty parallel requests with an expired token, and saves the new one once (R11)', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    provider.expireAccessTokens()
    const responses = await Promise.all(Array.from({ length: 50 }, () => apiSession(client, 'alice').fetch('api')))
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(refreshes()).toBe(1)
    expect(new Set(tokens.saved.map((token) => token?.['refreshToken'])).size).toBe(2)
    expect(tokens.saved).toHaveLength(2) // the lease, and the successor
  })

  it('happens once among clients that share nothing but the store (R11)', async () => {
    await logIn()
    clock.advance(LIFETIME)
    const clients = Array.from({ length: 10 }, () => createClient())
    await Promise.all(clients.map((client) => client.metadata())) // so that they all begin in the same moment
    const got = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 10 }, () => apiSession(client, 'alice').token())),
    )
    expect(new Set(got.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(refreshes()).toBe(1)
  })

  it('happens within the lock of a store that has one', async () => {
    const queue = new Map<string, Promise<unknown>>()
    let locked = 0
    tokens.lock = (key, action) => {
      locked++
      const turn = (queue.get(key) ?? Promise.resolve()).then(action)
      queue.set(
        key,
        turn.catch(() => undefined),
      )
      return turn
    }
    await logIn()
    clock.advance(LIFETIME)
    await Promise.all(
      [createClient(), createClient(), createClient()].map((client) => apiSession(client, 'alice').token()),
    )
    expect(locked).toBe(3)
    expect(refreshes()).toBe(1)
    expect(tokens.saved).toHaveLength(1)
  })

  it('happens ahead of time, at another second in each process', async () => {
    const early = createClient({ random: (length) => new Uint8Array(length) })
    const late = createClient({ random: (length) => crypto.getRandomValues(new Uint8Array(length)).fill(255, 0, 1) })
    const token = await logIn()
    clock.advance(LIFETIME - 61)
    expect(await apiSession(early, 'alice').token()).toEqual(token)
    clock.advance(1)
    expect(await apiSession(late, 'alice').token()).toEqual(token)
    expect(await apiSession(early, 'alice').token()).not.toEqual(token)
    expect(refreshes()).toBe(1)
  })

  it('happens not too far ahead of the end of a short token', async () => {
    await provider.stop()
    provider = await startFakeProvider({ clock, lifetime: 40 })
    const client = createClient({ random: (length) => crypto.getRandomValues(new Uint8Array(length)).fill(0, 0, 1) })
    const token = await logIn(client)
    clock.advance(29)
    expect(await apiSession(client, 'alice').token()).toEqual(token)
    clock.advance(1)
    expect(await apiSession(client, 'alice').token()).not.toEqual(token)
  })

  it('that fails for the moment leaves a token that is still good, and the refresh token', async () => {
    const client = createClient()
    const token = await logIn(client)
    clock.advance(LIFETIME - 1)
    provider.answer('/token', () => new Response('', { status: 503 }))
    expect((await apiSession(client, 'alice').token()).accessToken).toBe(token.accessToken)
    clock.advance(1)
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'server_error' })
    provider.answer('/token', null)
    expect((await apiSession(createClient(), 'alice').token()).accessToken).not.toBe(token.accessToken)
  })

  it('is tried once more when the answer was lost', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    let calls = 0
    provider.answer('/token', (_, usual) => {
      if (++calls === 1) throw new Error('the connection breaks')
      return usual()
    })
    expect((await apiSession(client, 'alice').fetch('api')).status).toBe(200)
    expect(calls).toBe(2)
  })

  it('starts no second time for a 401 of a token that was replaced meanwhile', async () => {
    const [one, two] = [createClient(), createClient()]
    await logIn(one)
    await Promise.all([apiSession(one, 'alice').token(), apiSession(two, 'alice').token()])
    provider.expireAccessTokens()
    expect((await apiSession(one, 'alice').fetch('api')).status).toBe(200)
    expect((await apiSession(two, 'alice').fetch('api')).status).toBe(200)
    expect(refreshes()).toBe(1)
  })

  it('by another process is not waited for while the token is still good', async () => {
    const token = await logIn()
    clock.advance(LIFETIME - 1)
    provider.answer('/token', () => new Promise(() => undefined))
    void apiSession(createClient(), 'alice')
      .token()
      .catch(() => undefined)
    await expect.poll(() => refreshes()).toBe(1)
    expect((await apiSession(createClient(), 'alice').token()).accessToken).toBe(token.accessToken)
    expect(refreshes()).toBe(1)
  })

  it('takes over when the process that was refreshing died (R11)', async () => {
    await logIn()
    clock.advance(LIFETIME)
    const dead = createClient({ timeout: 3600 }) // so that it does not wake up
    provider.answer('/token', () => new Promise(() => undefined))
    void apiSession(dead, 'alice')
      .token()
      .catch(() => undefined)
    await expect.poll(() => refreshes()).toBe(1)
    provider.answer('/token', null)
    const waiting = apiSession(createClient(), 'alice').token()
    const seconds = [] // by the clock of the one that waits: the clock of the dead process does not count
    await expect
      .poll(() => {
        clock.advance(4)
        seconds.push(4)
        return refreshes()
      })
      .toBe(2)
    expect(seconds.length).toBeGreaterThanOrEqual(40 / 4)
    expect((await waiting).obtainedAt).toBeGreaterThan(0)
  })
})

describe('a machine whose clock is wrong', () => {
  it.each([-45, 45])(
    'by %i seconds does not refresh while another one does: its clock counts for it alone',
    async (skew) => {
      await logIn()
      clock.advance(LIFETIME + 60) // it has expired by either clock
      let answered: () => void = () => undefined
      const held = new Promise<void>((resolve) => (answered = resolve))
      provider.answer('/token', async (_, usual) => {
        await held
        return usual()
      })
      const first = apiSession(createClient(), 'alice').token()
      await expect.poll(() => refreshes()).toBe(1)
      const second = apiSession(createClient({ clock: () => clock() + skew }), 'alice').token()
      await new Promise((resolve) => setTimeout(resolve, 300)) // it has found the lease, and waits
      expect(refreshes()).toBe(1)
      answered()
      expect((await second).accessToken).toBe((await first).accessToken)
      expect(refreshes()).toBe(1)
    },
  )
})

describe('a refused refresh token', () => {
  it('is forgotten at once, and the account has to log in again (RFC 6749 §5.2)', async () => {
    const client = createClient()
    const token = await logIn(client)
    await revokeToken(client, token)
    clock.advance(LIFETIME)
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required', status: 401 })
    expect(await tokens.get('alice')).not.toHaveProperty('refreshToken')
    expect(refreshes()).toBe(1) // a refusal is an answer, not a lost one
    for (const session of [apiSession(client, 'alice'), apiSession(createClient(), 'alice')]) {
      await expect(session.token()).rejects.toMatchObject({
        code: 'login_required',
        reason: 'the refresh token was refused',
      })
    }
    expect(refreshes()).toBe(1)
  })

  it('that was never there leaves nothing to do when the token ends', async () => {
    const client = createClient()
    const { refreshToken: _, ...token } = await logIn(client)
    const session = apiSession(client, { token })
    clock.advance(LIFETIME - 1)
    expect(await session.token()).toEqual(token) // to its last second: there is nothing to do ahead of time
    clock.advance(1)
    await expect(session.token()).rejects.toMatchObject({
      code: 'login_required',
      reason: 'it expired, without refresh token',
      hint: expect.stringContaining('offline_access'),
    })
  })

  it('is no reason to log in where a token can be obtained without a person', async () => {
    const client = createClient()
    await revokeToken(client, await logIn(client))
    clock.advance(LIFETIME)
    const obtain = (): Promise<Token> => client.clientCredentials()
    const token = await apiSession(client, { key: 'alice', obtain }).token()
    expect(await tokens.get('alice')).toEqual(token)
  })

  it('is no reason to log in when another process has stored a newer one', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    const newer = { ...(await logInAgain()), id: 'newer' }
    provider.answer('/token', async () => {
      await tokens.save('alice', newer) // a sibling that knows no lease
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    })
    expect(await apiSession(client, 'alice').token()).toEqual(newer)
    expect(await tokens.get('alice')).toEqual(newer)
  })
})

describe('a dead refresh token', () => {
  it.each([
    ['bad_refresh_token', 200],
    ['invalid_refresh_token', 400],
    ['token_expired', 400],
    ['interaction_required', 400],
  ])('that the server calls %s (%i) is one: the account has to log in, once', async (error, status) => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    let asked = 0
    provider.answer('/token', () => (asked++, Response.json({ error }, { status })))
    for (let i = 0; i < 3; i++) {
      await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required' })
    }
    expect(asked).toBe(1)
  })

  it('does not end an access token that is still good', async () => {
    const client = createClient()
    const token = await logIn(client)
    await revokeToken(client, { ...token, accessToken: 'other' })
    clock.advance(LIFETIME - 1)
    provider.answer('/token', () => Response.json({ error: 'invalid_grant' }, { status: 400 }))
    for (let i = 0; i < 2; i++) expect((await apiSession(client, 'alice').token()).accessToken).toBe(token.accessToken)
    clock.advance(1)
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required' })
  })

  it('is no obstacle for the process that has the successor in memory', async () => {
    const [holder, other] = [createClient(), createClient()]
    await logIn(holder)
    clock.advance(LIFETIME)
    tokens.failAfter(1)
    await expect(apiSession(holder, 'alice').token()).rejects.toMatchObject({ code: 'token_not_saved' })
    tokens.failAfter(Infinity)
    provider.answer('/token', () => Response.json({ error: 'invalid_grant' }, { status: 400 }))
    const refused = expect(apiSession(other, 'alice').token()).rejects.toMatchObject({ code: 'login_required' })
    await expect
      .poll(() => {
        clock.advance(10)
        return refreshes()
      })
      .toBe(2)
    await refused
    const saved = await apiSession(holder, 'alice').token()
    expect(await apiSession(other, 'alice').token()).toEqual(saved)
  })
})

describe('a login', () => {
  it('without a refresh token keeps the one before, as of Google', async () => {
    const client = createClient()
    const token = await logIn(client)
    const again = { ...(await logInAgain()), refreshToken: undefined, id: 'again' }
    await apiSession(client, 'alice').save(again)
    expect(await tokens.get('alice')).toEqual({ ...again, refreshToken: token.refreshToken })
    await apiSession(client, 'bob').save(again)
    expect(await tokens.get('bob')).not.toHaveProperty('refreshToken', token.refreshToken)
  })

  it('of another person keeps none', async () => {
    const idToken = (sub: string): string => `e30.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.x`
    const client = createClient()
    const token = { ...(await logIn(client)), idToken: idToken('alice') }
    await apiSession(client, 'alice').save(token)
    await apiSession(client, 'alice').save({ ...token, refreshToken: undefined, idToken: idToken('bob') })
    expect((await tokens.get('alice'))?.['refreshToken']).toBeUndefined()
  })

  it('with the same access token is not overwritten by an older refresh', async () => {
    const client = createClient()
    const token = await logIn(client)
    clock.advance(LIFETIME)
    const login = { ...token, id: 'login', refreshToken: 'newer' }
    provider.answer('/token', async (_, usual) => {
      await tokens.save('alice', login)
      return usual()
    })
    await apiSession(client, 'alice').token()
    expect(await tokens.get('alice')).toEqual(login)
  })
})

describe('a session with a token at hand', () => {
  it('tells of each new token before it is used, and again if that fails', async () => {
    const client = createClient()
    const token = await logIn(client)
    const heard: Token[] = []
    let fails = 3
    const onUpdate = (next: Token): void => {
      if (fails-- > 0) throw new Error('the database is away')
      heard.push(next)
    }
    const session = apiSession(client, { token, onUpdate })
    clock.advance(LIFETIME)
    await expect(session.token()).rejects.toMatchObject({ code: 'token_not_saved' })
    const fresh = await session.token()
    expect(heard).toEqual([fresh])
    expect(refreshes()).toBe(1)
  })
})

describe('a new token', () => {
  it('that the store did not take is kept and saved at the next use', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    tokens.failAfter(1) // the lease is written, the successor is not
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'token_not_saved', status: 503 })
    expect(refreshes()).toBe(1)
    tokens.failAfter(Infinity)
    const token = await apiSession(client, 'alice').token()
    expect(refreshes()).toBe(1)
    expect(await tokens.get('alice')).toEqual(token)
    expect((await apiSession(createClient(), 'alice').fetch('api')).status).toBe(200)
  })

  it('does not bring back an account that logged out meanwhile', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    provider.answer('/token', async (_, usual) => {
      await tokens.save('alice', null)
      return usual()
    })
    await expect(apiSession(client, 'alice').token()).rejects.toMatchObject({ code: 'login_required' })
    expect(await tokens.get('alice')).toBeNull()
  })

  it('gives way to a login that finished meanwhile', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    const login = { ...(await logInAgain()), id: 'login' }
    provider.answer('/token', async (_, usual) => {
      await tokens.save('alice', login)
      return usual()
    })
    expect(await apiSession(client, 'alice').token()).toEqual(login)
    expect(await tokens.get('alice')).toEqual(login)
  })

  it('is saved over the lease of a process that took over too early', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    provider.answer('/token', async (_, usual) => {
      const leased = await tokens.get('alice')
      await tokens.save('alice', { ...leased!, id: 'taken', lease: clock() + 30 })
      return usual()
    })
    const token = await apiSession(client, 'alice').token()
    expect(await tokens.get('alice')).toEqual(token)
  })

  it('carries no trace of the lease', async () => {
    const client = createClient()
    await logIn(client)
    clock.advance(LIFETIME)
    expect(await apiSession(client, 'alice').token()).not.toHaveProperty('lease')
    expect(await tokens.get('alice')).not.toHaveProperty('lease')
  })
})

async function logInAgain(): Promise<Token> {
  const client = createClient()
  const { url, login } = await client.createAuthorization({ redirectUri })
  return (await client.finishAuthorization(provider.approve(url), login)).token
}

/** Notes what is saved, and can fail. */
function watchedTokens() {
  const inner = memoryTokens()
  const saved: (StoredToken | null)[] = []
  let left = Infinity
  const store: TokenStore & { saved: typeof saved; failAfter: (count: number) => void } = {
    saved,
    failAfter: (count) => void (left = count),
    get: (key) => inner.get(key),
    save(key, token, previous) {
      if (left-- <= 0) return Promise.reject(new Error('the store is down'))
      saved.push(token)
      return inner.save(key, token, previous)
    },
  }
  return store
}
