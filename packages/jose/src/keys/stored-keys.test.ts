import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { type Jwk, signJwt, storedKeys, type StoredKeysOptions, verifyJwt } from '../index.ts'

const secrets = ['0123456789abcdef0123456789abcdef']
const day = 86_400

function setUp(options: Partial<StoredKeysOptions> = {}) {
  const time = { now: 1_700_000_000 }
  const store = memoryStore()
  const open = (more: Partial<StoredKeysOptions> = {}) =>
    storedKeys({ store, secrets, clock: () => time.now, lifetime: 90 * day, retention: 7 * day, ...options, ...more })
  return { time, store, open }
}

const kids = (jwks: { keys: readonly Jwk[] }) => jwks.keys.map(({ kid }) => kid)

describe('stored signing keys', () => {
  it('publish the active and the next key, public halves only', async () => {
    const keys = setUp().open()
    const jwks = await keys.jwks()
    expect(jwks.keys).toHaveLength(2)
    expect(jwks.keys.every((jwk) => jwk.d === undefined && jwk.alg === 'ES256' && jwk.use === 'sig')).toBe(true)
    expect(kids(jwks)[0]).toBe((await keys.signingKey()).kid)
  })

  it('let the published next key take over, and keep the old one until its tokens are gone', async () => {
    const { time, open } = setUp()
    const keys = open()
    const [first, second] = kids(await keys.jwks())
    time.now += 90 * day
    expect((await keys.signingKey()).kid).toBe(second)
    expect(kids(await keys.jwks())).toEqual([first, second, expect.any(String)])
    time.now += 7 * day
    expect(kids(await keys.jwks())).toEqual([second, expect.any(String)])
  })

  it('are the same after a restart, and unreadable with another secret', async () => {
    const { open } = setUp()
    const jwks = await open().jwks()
    expect(await open().jwks()).toEqual(jwks)
    expect(await open({ secrets: ['another secret, long enough to be used', ...secrets] }).jwks()).toEqual(jwks)
    await expect(open({ secrets: ['another secret, long enough to be used'] }).jwks()).rejects.toMatchObject({
      code: 'unreadable_keys',
    })
  })

  it('never reach the store in the clear', async () => {
    const { store, open } = setUp()
    const key = await open().signingKey()
    const [record] = await store.get('signing_keys:default', [['signing_keys', 'default']])
    expect(JSON.stringify(record)).not.toContain(key.privateJwk().d)
    expect(JSON.stringify(record)).not.toContain(key.kid)
  })

  it('are read again for a kid that is not known, every two seconds at most', async () => {
    const { time, store, open } = setUp()
    let reads = 0
    const counting = { ...store, get: (...query: Parameters<typeof store.get>) => (reads++, store.get(...query)) }
    const [one, other] = [open(), open({ store: counting })]
    const keySet = await other.keySet()
    const claims = { iss: 'a', exp: time.now + 3600 }
    const verify = (token: string) => verifyJwt(token, keySet, { issuer: 'a', clock: () => time.now })
    await verify(await signJwt(claims, await one.signingKey()))
    const before = keySet.revision
    for (let turn = 0; turn < 3; turn++) await one.rotate() // the last key was never published to the other process
    const token = await signJwt(claims, await one.signingKey())
    expect((await verify(token)).claims.iss).toBe('a')
    expect(keySet.revision).not.toBe(before)

    reads = 0
    const stranger = await signJwt(claims, await setUp().open().signingKey())
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(verify(stranger)).rejects.toMatchObject({ code: 'key_not_found' })
    }
    expect(reads).toBe(0) // it has just looked
    time.now += 2
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(verify(stranger)).rejects.toMatchObject({ code: 'key_not_found' })
    }
    expect(reads).toBe(1)
    expect((await verify(token)).claims.iss).toBe('a')
    expect(reads).toBe(1)
  })

  it('say why there is no key', async () => {
    const { time, open } = setUp()
    const keys = open()
    const claims = { iss: 'a', exp: time.now + 3600 }
    const stranger = await signJwt(claims, await setUp().open().signingKey())
    const refused = verifyJwt(stranger, await keys.keySet(), { issuer: 'a', clock: () => time.now })
    await expect(refused).rejects.toMatchObject({ reason: 'none of the 2 keys of the set has the kid' })
  })

  it('rotate on demand without a token lost, and other processes follow', async () => {
    const { time, open } = setUp()
    const [one, other] = [open(), open()]
    const claims = { iss: 'a', exp: time.now + 3600 }
    const policy = { issuer: 'a', clock: () => time.now }
    const before = await signJwt(claims, await other.signingKey())
    const [, next] = kids(await one.jwks())
    await one.rotate()
    await one.rotate()
    const after = await signJwt(claims, await one.signingKey())
    expect(kids(await one.jwks())).toHaveLength(4)
    expect((await one.signingKey()).kid).not.toBe(next)
    time.now += 60
    for (const keys of [one, other]) {
      for (const token of [before, after])
        expect((await verifyJwt(token, await keys.keySet(), policy)).claims.iss).toBe('a')
    }
  })

  it('show what another process did after `refresh` seconds', async () => {
    const { time, open } = setUp()
    const [one, other] = [open({ refresh: 5 }), open()]
    const before = kids(await one.jwks())
    await other.jwks()
    await other.rotate()
    time.now += 4
    expect(kids(await one.jwks())).toEqual(before)
    time.now += 1
    expect(kids(await one.jwks())).toEqual(kids(await other.jwks()))
    expect(kids(await one.jwks())).toHaveLength(3)
  })

  it('are made once when many processes start together', async () => {
    const { open } = setUp({ algorithms: ['ES256', 'Ed25519'] })
    const sets = await Promise.all(Array.from({ length: 8 }, async () => (await open().jwks()).keys))
    for (const set of sets) expect(set).toEqual(sets[0])
    expect(sets[0]).toHaveLength(4)
  })

  it('of an algorithm given up stay published for a time and no longer', async () => {
    const { time, open } = setUp({ algorithms: ['ES256', 'Ed25519'] })
    await open().jwks()
    const keys = open({ algorithms: ['ES256'] })
    expect((await keys.jwks()).keys).toHaveLength(4)
    await expect(keys.signingKey('Ed25519')).rejects.toMatchObject({ code: 'key_not_found' })
    time.now += 200 * day
    expect((await keys.jwks()).keys.every(({ alg }) => alg === 'ES256')).toBe(true)
  })
})
