import { describe, expect, it } from 'vitest'
import {
  cachedVerifier,
  type CachedVerifierOptions,
  generateKey,
  type JwtPolicy,
  type Key,
  KeySet,
  type KeySetLike,
  signJwt,
} from '../index.ts'

const key = await generateKey('ES256')

/** A key set that counts how often it is asked: once per signature that is checked. */
function setUp(options: CachedVerifierOptions = {}) {
  const time = { now: 1_700_000_000 }
  const state = { asked: 0, revision: 0, keys: KeySet.of(key) }
  const keys: KeySetLike = {
    get revision() {
      return state.revision
    },
    find: (query) => (state.asked++, state.keys.find(query)),
  }
  const verifier = cachedVerifier(keys, { clock: () => time.now, issuer: 'a' }, options)
  const token = (claims: object = {}, signer: Key = key) =>
    signJwt({ iss: 'a', exp: time.now + 3600, ...claims }, signer)
  return { time, state, verifier, token }
}

describe('a cached verifier', () => {
  it('checks a signature once, and again when its time is over', async () => {
    const { time, state, verifier, token } = setUp({ maxAge: 3600 })
    const text = await token()
    for (let i = 0; i < 5; i++) expect((await verifier.verify(text)).claims.iss).toBe('a')
    time.now += 59
    await verifier.verify(text)
    expect(state.asked).toBe(1)
    time.now += 1
    await verifier.verify(text)
    expect(state.asked).toBe(2)
  })

  it('checks again when the clock has been set back (X6)', async () => {
    const { time, state, verifier, token } = setUp()
    const text = await token()
    await verifier.verify(text)
    time.now -= 1
    await verifier.verify(text)
    expect(state.asked).toBe(2)
  })

  it('notices on a hit that the token has expired (RFC 7519 §4.1.4)', async () => {
    const { time, verifier, token } = setUp()
    const text = await token({ exp: time.now + 10 })
    await verifier.verify(text)
    time.now += 10
    await expect(verifier.verify(text)).rejects.toMatchObject({ code: 'expired_token' })
  })

  it('remembers no failure, and no other token by the same name (GHSA-gmvf-9v4p-v8jc, GHSA-rp9m-7r4c-75qg)', async () => {
    const { state, verifier, token } = setUp()
    const text = await token()
    const forged = `${text.slice(0, -4)}AAAA`
    for (let i = 0; i < 2; i++) await expect(verifier.verify(forged)).rejects.toMatchObject({ code: 'bad_signature' })
    await verifier.verify(text)
    await expect(verifier.verify(forged)).rejects.toMatchObject({ code: 'bad_signature' })
    expect(state.asked).toBe(4)
  })

  it('forgets when the keys change, and what it is told to', async () => {
    const { state, verifier, token } = setUp()
    const text = await token()
    await verifier.verify(text)
    verifier.delete(text)
    await verifier.verify(text)
    expect(state.asked).toBe(2)
    state.keys = KeySet.of(await generateKey('ES256'))
    state.revision++
    await expect(verifier.verify(text)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('forgets a token that it has not seen for long, too', async () => {
    const { state, verifier, token } = setUp({ size: 4 })
    const texts = await Promise.all(Array.from({ length: 3 }, (_, i) => token({ i })))
    for (const text of texts) await verifier.verify(text)
    verifier.delete(texts[0] ?? '') // which is in the older half by now
    await verifier.verify(texts[1] ?? '')
    expect(state.asked).toBe(3)
    await verifier.verify(texts[0] ?? '')
    expect(state.asked).toBe(4)
  })

  it('does not remember what it verified while the keys changed', async () => {
    const { state, verifier, token } = setUp()
    const [slow, quick] = [await token(), await token({ sub: 'other' })]
    const usual = state.keys
    let answer: (keys: readonly Key[]) => void = () => undefined
    const later = new Promise<readonly Key[]>((resolve) => (answer = resolve))
    state.keys = { find: () => later } as unknown as KeySet
    const verifying = verifier.verify(slow)
    state.keys = KeySet.of()
    state.revision++
    await expect(verifier.verify(quick)).rejects.toMatchObject({ code: 'key_not_found' })
    answer(usual.find({ alg: 'ES256' }))
    await verifying // by a key that has gone meanwhile
    await expect(verifier.verify(slow)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('hands out what no one can change', async () => {
    const { verifier, token } = setUp()
    const text = await token({ roles: ['a'], nested: { deep: {} } })
    const { header, claims } = await verifier.verify(text)
    for (const change of [
      () => Object.assign(header, { alg: 'x' }),
      () => Object.assign(claims, { sub: 'root' }),
      () => (claims['roles'] as string[]).push('b'),
      () => Object.assign((claims['nested'] as { deep: object }).deep, { x: 1 }),
    ]) {
      expect(change).toThrow(TypeError)
    }
    expect((await verifier.verify(text)).claims).not.toHaveProperty('sub')
  })

  it('stays within its size', async () => {
    const { state, verifier, token } = setUp({ size: 4 })
    const texts = await Promise.all(Array.from({ length: 20 }, (_, i) => token({ i })))
    for (const text of texts) await verifier.verify(text)
    await verifier.verify(texts[19] ?? '')
    expect(state.asked).toBe(20)
    await verifier.verify(texts[0] ?? '')
    expect(state.asked).toBe(21)
  })

  it('takes no schema: what it returns is checked again as it is', () => {
    const schema = { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: {} }) } }
    expect(() => cachedVerifier(key, { schema } as JwtPolicy)).toThrow(TypeError)
  })
})
