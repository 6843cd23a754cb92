import { describe, expect, it } from 'vitest'
import { generateKey, importSecret, KeySet, signJwt, verifyJwt } from '../index.ts'

const signing = await generateKey('ES256', { kid: 'a' })
const encrypting = await generateKey('ECDH-ES+A256KW', { kid: 'b' })
const other = await generateKey('RS256', { kid: 'c' })
const keys = KeySet.of(signing, encrypting, other)
const kids = (found: readonly { kid: string | undefined }[]) => found.map(({ kid }) => kid)

describe('AJ-38, JJ-29, PJ-22: a key set', () => {
  it('is looked through by kid, by algorithm, or both', () => {
    expect(kids(keys.find({ kid: 'b' }))).toEqual(['b'])
    expect(kids(keys.find({ alg: 'RS256' }))).toEqual(['c'])
    expect(kids(keys.find({ kid: 'a', alg: 'ES256' }))).toEqual(['a'])
    expect(keys.find({ kid: 'a', alg: 'RS256' })).toEqual([])
    expect(keys.find({ kid: 'x' })).toEqual([])
    expect(keys.find({ kid: 'toString' })).toEqual([])
  })

  it('is looked through by use, operation, or rules of one’s own', () => {
    expect(kids(keys.find({ fits: ({ use }) => use === 'enc' }))).toEqual(['b'])
    expect(kids(keys.find({ kid: 'a', fits: ({ use }) => use === 'enc' }))).toEqual([])
    const published = KeySet.from(keys.toJSON())
    expect(kids(published.find({ alg: 'ES256' }))).toEqual(['a'])
    expect(published.find({ alg: 'ES256', operation: 'sign' })).toEqual([])
  })

  it('finds a key by its name among thousands without a look at the others', () => {
    let looks = 0
    const strangers = Array.from({ length: 5000 }, (_, index) => ({
      get kid() {
        looks++
        return `k${index}`
      },
      get kty() {
        looks++
        return 'EC'
      },
    }))
    const many = KeySet.from({ keys: [...strangers, signing.publicJwk()] })
    looks = 0
    expect(kids(many.find({ kid: 'a', alg: 'ES256' }))).toEqual(['a'])
    expect(many.find({ kid: 'x', alg: 'ES256' })).toEqual([])
    expect(looks).toBe(0)
    expect(many.size).toBe(5001)
  })

  it('is asked for the kid and the alg of a header, and nothing else that a stranger wrote', async () => {
    const header = { kid: 'b', fits: 1, operation: 'sign' }
    const token = await signJwt({ sub: 'u' }, signing, { lifetime: 60, header })
    await expect(verifyJwt(token, keys, { algorithms: ['ES256'] })).rejects.toMatchObject({
      code: 'key_not_found',
      reason: expect.stringMatching(/^the kid is there, but for another algorithm/) as string,
    })
  })

  it('shows public halves, and nothing of a secret', async () => {
    const set = KeySet.of(signing, await importSecret(new Uint8Array(32).fill(1), { alg: 'HS256', kid: 's' }))
    expect(JSON.parse(JSON.stringify(set))).toEqual({ keys: [signing.publicJwk()] })
    expect(kids([...set])).toEqual(['a', 's'])
  })
})
