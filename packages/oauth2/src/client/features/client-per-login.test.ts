import { memoryTokens, Params, type Awaitable } from '@authlib/core'
import { oauth2, OAuth2Client, apiSession, clientPerLogin } from '@authlib/oauth2/client'
import { startFakeProvider, testClock, type FakeProvider } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const redirectUri = 'https://app.example/callback'
const clock = testClock()

let ann: FakeProvider
let bob: FakeProvider
beforeAll(async () => {
  ann = await startFakeProvider({ clock, clientId: 'at-ann', subject: 'alice' })
  bob = await startFakeProvider({ clock, clientId: 'at-bob', subject: 'carol' })
})
afterAll(() => Promise.all([ann.stop(), bob.stop()]))

const callbackOf = (url: string): Params => Params.parse(new URL(url).search.slice(1))

describe('a client for each login', () => {
  const asked: string[] = []
  function perTenant() {
    asked.length = 0
    return clientPerLogin('tenant', findTenant)({ name: 'sso', clock, tokens: memoryTokens() })
  }
  function findTenant(tenant: string) {
    asked.push(tenant)
    const provider = new Map(Object.entries({ ann, bob })).get(tenant)
    if (provider === undefined) return null
    const { issuer, clientId, clientSecret } = provider
    return oauth2({ issuer, clientId, clientSecret, apiBaseUrl: issuer })
  }

  it('logs in with the provider that the login names, and tells it again', async () => {
    const client = perTenant()
    const logins = await Promise.all(
      ['ann', 'bob'].map((tenant) => client.createAuthorization({ redirectUri, tenant })),
    )
    expect(logins.map(({ url }) => new URL(url).searchParams.get('client_id'))).toEqual(['at-ann', 'at-bob'])
    expect(logins.map(({ url }) => new URL(url).searchParams.has('tenant'))).toEqual([false, false])
    const [atAnn, atBob] = logins as [(typeof logins)[0], (typeof logins)[0]]
    const bobs = callbackOf(bob.approve(atBob.url))
    expect(client.loginId(bobs)).toBe(atBob.id)
    expect(await client.finishAuthorization(bobs, atBob.login)).toMatchObject({
      tenant: 'bob',
      token: { issuer: bob.issuer },
    })
    const anns = callbackOf(ann.approve(atAnn.url))
    expect(await client.finishAuthorization(anns, atAnn.login)).toMatchObject({
      tenant: 'ann',
      token: { issuer: ann.issuer },
    })
  })

  it('refuses the callback of another provider: mix-up (RFC 9700 §4.4)', async () => {
    const client = perTenant()
    const atBob = await client.createAuthorization({ redirectUri, tenant: 'bob' })
    const atAnn = await client.createAuthorization({ redirectUri, tenant: 'ann' })
    bob.requests.length = 0
    const mixed = callbackOf(ann.approve(atAnn.url, { state: atBob.id }))
    await expect(client.finishAuthorization(mixed, atBob.login)).rejects.toMatchObject({ code: 'issuer_mismatch' })
    expect(bob.requests).not.toContain('POST /token')
  })

  it.each([undefined, '', 7, 'a'.repeat(256), 'carol', '__proto__', 'constructor'])(
    'refuses %j, which names no provider',
    async (tenant) => {
      const starting = perTenant().createAuthorization({ redirectUri, tenant: tenant as string })
      await expect(starting).rejects.toMatchObject({ code: 'invalid_variable', status: 400 })
    },
  )

  it('keeps a client for five minutes, then asks again', async () => {
    const client = perTenant()
    expect(await client.of('ann')).toBe(await client.of('ann'))
    clock.advance(299)
    const before = await client.of('ann')
    expect(asked).toEqual(['ann'])
    clock.advance(1)
    expect(await client.of('ann')).not.toBe(before)
    expect(asked).toEqual(['ann', 'ann'])
  })

  it('asks again at once after a look-up that failed', async () => {
    let down = true
    const find = (tenant: string): Awaitable<ReturnType<typeof findTenant>> => {
      if (down) throw new Error('the table is down')
      return findTenant(tenant)
    }
    const client = clientPerLogin('tenant', find)({ name: 'sso', clock })
    await expect(client.of('ann')).rejects.toThrow('the table is down')
    down = false
    expect(await client.of('ann')).toBeInstanceOf(OAuth2Client)
  })

  it('has sessions at the provider of the login, whose tokens no other one gets', async () => {
    const client = perTenant()
    const { url, login } = await client.createAuthorization({ redirectUri, tenant: 'ann' })
    const callback = callbackOf(ann.approve(url))
    const { token } = await client.finishAuthorization(callback, login)
    await apiSession(await client.of('ann'), 'user 1').save(token)
    expect((await apiSession(await client.of('ann'), 'user 1').fetch('api')).status).toBe(200)
    bob.requests.length = 0
    const atBob = apiSession(await client.of('bob'), 'user 1')
    await expect(atBob.fetch('api')).rejects.toMatchObject({ code: 'foreign_token' })
    expect(bob.requests).toEqual([])
  })
})
