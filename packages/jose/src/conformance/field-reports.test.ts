/** What users of other libraries reported in public, and what must not happen here. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  accessTokenPolicy,
  dpopProofPolicy,
  encryptJwe,
  encryptJwt,
  decryptJwe,
  externalKey,
  generateKey,
  importJwk,
  importKey,
  importSecret,
  jwkThumbprint,
  KeySet,
  sign,
  signJwt,
  verifyJwt,
  type ClaimRule,
  type Jwk,
  type JwtPolicy,
  type Key,
  type KeyResolver,
} from '../index.ts'

const now = 1_700_000_000
const clock = (): number => now
const key = await generateKey('ES256')
const policy: JwtPolicy = { algorithms: ['ES256'], clock }
const token = await signJwt({ exp: now + 60, iss: 'https://as.example', role: 'user' }, key)

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }) as Jwk
const minimal: Jwk = { kty: 'RSA', n: rsa.n!, e: rsa.e!, d: rsa.d! }

describe('an RSA key of n, e and d', () => {
  it('of a stranger costs no search for primes: only who signs or decrypts needs them (draft-dpop#125)', async () => {
    const d = Buffer.from(randomBytes(256))
    d[0] = 1 // made up, and smaller than n
    const proof = await importKey({ ...minimal, d: d.toString('base64url') }, { alg: 'RS256' })
    expect(proof.publicJwk()).toMatchObject({ n: rsa.n })
    await expect(proof.verify('RS256', 'x', Buffer.alloc(256).toString('base64url'))).resolves.toBe(false)
    await expect(signJwt({ exp: now }, proof)).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it('signs, decrypts and is read from a set (panva/jose#26)', async () => {
    const pair = KeySet.from({ keys: [{ ...minimal, kid: 'a', alg: 'PS256' }] })
    const [found] = [...pair]
    const signed = await signJwt({ exp: now + 60 }, found!)
    await verifyJwt(signed, pair, { clock })
    const recipient = await importKey(minimal, { alg: 'RSA-OAEP-256' })
    const jwe = await encryptJwe('text', recipient, { enc: 'A256GCM' })
    expect((await decryptJwe(jwe, recipient)).plaintext).toEqual(new TextEncoder().encode('text'))
  })
})

describe('a policy', () => {
  it('takes no string where values must be an array (CVE-2024-53861)', async () => {
    const rule = { values: 'superuser' } as unknown as ClaimRule
    await expect(verifyJwt(token, key, { ...policy, claims: { role: rule } })).rejects.toThrow(TypeError)
    await expect(verifyJwt(token, key, { ...policy, claims: { absent: rule } })).rejects.toThrow(TypeError)
  })

  it.each(['issuer', 'audience', 'subject', 'typ', 'maxAge'])(
    'refuses %s: undefined, which a variable that is not set becomes (workos-node#1694)',
    async (name) => {
      const unset = { ...policy, [name]: undefined }
      await expect(verifyJwt(token, key, unset)).rejects.toThrow(new TypeError(`The policy's ${name} is undefined`))
    },
  )

  it('has no member that is misspelt: what it demands would not be checked', async () => {
    const misspelt = { ...policy, isuer: 'https://other.example' }
    await expect(verifyJwt(token, key, misspelt)).rejects.toThrow(
      /^A policy has no option "isuer": it takes algorithms/,
    )
  })

  it('is required', async () => {
    await expect(verifyJwt(token, key, undefined as never)).rejects.toThrow(/policy is required/)
  })

  it('says which claim it expected and what it found', async () => {
    const wrong = await signJwt({ exp: now + 60, aud: 'api' }, key)
    await expect(verifyJwt(wrong, key, { ...policy, audience: 'other' })).rejects.toMatchObject({
      code: 'invalid_claim',
      claim: 'aud',
      reason: 'aud: "other" expected, found "api"',
    })
    await expect(verifyJwt(token, key, { ...policy, issuer: 'https://other.example' })).rejects.toMatchObject({
      claim: 'iss',
      reason: expect.stringContaining('"https://other.example" expected'),
    })
    const options = { issuer: 'https://as.example', audience: 'api', algorithms: ['ES256'], clock }
    await expect(verifyJwt(wrong, key, accessTokenPolicy(options))).rejects.toMatchObject({
      code: 'invalid_header',
      reason: 'typ: "at+jwt" expected, found "JWT"', // keycloak#34146
    })
    const early = await signJwt({ exp: now + 60, iat: now + 1 }, key)
    await expect(verifyJwt(early, key, policy)).rejects.toMatchObject({
      code: 'immature_token',
      hint: expect.stringContaining('leeway'), // pyjwt#847
    })
    await expect(signJwt({ sub: 5 as unknown as string }, key, { lifetime: null })).rejects.toThrow(
      'sub must not be a number',
    )
  })
})

describe('claims that are signed', () => {
  it('say when the token ends, or `lifetime: null` says that it does not', async () => {
    for (const make of [signJwt, encryptJwt] as const) {
      const by = make === signJwt ? key : await generateKey('A256KW')
      const withoutTypes = make as (claims: object, by: Key, options?: object) => Promise<string>
      await expect(withoutTypes({ sub: 'a' }, by)).rejects.toThrow(/Pass a `lifetime`, or claims with `exp`/)
      await expect(withoutTypes({ sub: 'a' }, by, { lifetime: null })).resolves.toBeTypeOf('string')
      await expect(withoutTypes({ sub: 'a', exp: now }, by)).resolves.toBeTypeOf('string')
    }
  })
})

describe('a token', () => {
  it.each([
    [`Bearer ${token}`, /without `Bearer`/],
    [token.replace('.', '=.'), /no padding/],
  ])('that is not bare says so', async (text, reason) => {
    await expect(verifyJwt(text, key, policy)).rejects.toMatchObject({
      code: 'decode_error',
      reason: expect.stringMatching(reason),
    })
  })
})

describe('an encrypted token of others', () => {
  const compact = (header: object): string =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`

  it('that is compressed says how to accept it (panva/jose#851)', async () => {
    const token = compact({ alg: 'A256KW', enc: 'A256GCM', zip: 'DEF' })
    await expect(decryptJwe(token, await generateKey('A256KW'))).rejects.toMatchObject({
      code: 'unsupported_algorithm',
      hint: expect.stringContaining('maxInflated'),
    })
  })

  it('with many iterations says which limit it meets (latchset/jose#154)', async () => {
    const p2s = Buffer.alloc(16).toString('base64url')
    const token = compact({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 32_768, p2s })
    const password = await importSecret('a password that is long enough for everyone')
    const algorithms = ['PBES2-HS256+A128KW'] as const
    await expect(decryptJwe(token, password, { algorithms })).rejects.toMatchObject({
      code: 'invalid_header',
      reason: expect.stringMatching(/^p2c is 32768, .*maxIterations/),
    })
  })
})

describe('a key set', () => {
  const find = async (keys: readonly Jwk[], signer = key): Promise<unknown> =>
    verifyJwt(await signJwt({ exp: now + 60 }, signer), KeySet.from({ keys }), { clock }).catch(
      (error: unknown) => error,
    )
  const named = async (): Promise<Key> => importKey({ ...rsa, kid: 'k' }, { alg: 'RS256' })

  it.each<[fault: string, change: Readonly<Record<string, unknown>>, reason: RegExp]>([
    ['is for encryption', { use: 'enc' }, /not for signatures/],
    [
      'has a leading zero (jwkset#20)',
      { n: Buffer.from(`00${Buffer.from(rsa.n!, 'base64url').toString('hex')}`, 'hex').toString('base64url') },
      /leading zeros/,
    ],
    ['is padded', { n: `${rsa.n}==` }, /no padding/],
    ['has a certificate only (panva/jose#96)', { n: undefined, e: undefined, x5c: ['AAAA'] }, /n is missing/],
    ['is weak', { n: 'AQAB' }, /under 2048 bits/],
    ['is for another algorithm', { alg: 'PS256' }, /for another algorithm/],
  ])('says why the key of that kid is no good: it %s (pyjwt#722)', async (_, change, reason) => {
    const jwk = { kty: 'RSA', n: rsa.n, e: rsa.e, kid: 'k', ...change } as Jwk
    expect(await find([jwk], await named())).toMatchObject({
      code: 'key_not_found',
      reason: expect.stringMatching(reason),
    })
  })

  it('says that a kid is needed when too many keys fit', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, async () => (await generateKey('ES256')).publicJwk()))
    const { kid: _, ...nameless } = key.privateJwk()
    const signer = await importKey(nameless)
    expect(await find(keys, signer)).toMatchObject({ reason: expect.stringContaining('the token needs a kid') })
    expect(await find([], signer)).toMatchObject({ reason: 'the set is empty' })
  })

  it('does not change with the JSON it was made from', async () => {
    const jwk = { ...key.publicJwk() } as Record<string, unknown>
    const keys = KeySet.from({ keys: [jwk as Jwk] })
    jwk['x'] = (await generateKey('ES256')).publicJwk().x
    await verifyJwt(token, keys, policy)
  })

  it.each([null, undefined, 'x', [], {}, { keys: {} }])('is no %j', (jwks) => {
    expect(() => KeySet.from(jwks as never)).toThrow(/A key set must be an object/)
  })
})

describe('a secret in a JWK', () => {
  it.each(['-----BEGIN PUBLIC KEY-----\nMIIB', 'ssh-rsa AAAAB3', 'ssh-ed25519 AAAAC3', 'ecdsa-sha2-nistp256 AAAA'])(
    'is no published key: %j, as it is or in base64 (CVE-2026-34950, CVE-2022-29217)',
    (text) => {
      const own = (value: string): Jwk => ({
        kty: 'oct',
        kid: 'k',
        alg: 'HS256',
        k: Buffer.from(value).toString('base64url'),
      })
      const disguised = [own(text), ...(text.startsWith('-') ? [own(Buffer.from(text).toString('base64'))] : [])]
      for (const jwk of disguised) {
        expect(() => importJwk(jwk)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
      }
    },
  )

  it('is left out of a key set when it is one', async () => {
    const k = Buffer.from('-----BEGIN PUBLIC KEY-----\nMIIB').toString('base64url')
    const forged = await signJwt({ exp: now + 60 }, await importSecret('x'.repeat(32), { alg: 'HS256', kid: 'k' }))
    const keys = KeySet.from({ keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k }] })
    await expect(verifyJwt(forged, keys, { clock })).rejects.toMatchObject({
      code: 'key_not_found',
      reason: expect.stringContaining('a key of another kind'),
    })
  })
})

describe('keys', () => {
  it('cannot be changed', () => {
    expect(() => Object.assign(key, { alg: 'none' })).toThrow(TypeError)
    expect(Object.isFrozen(key)).toBe(true)
  })

  it('have thumbprints that are always a promise', async () => {
    for (const hash of ['SHA-256', 'SHA-512'] as const) {
      const print = jwkThumbprint(key.publicJwk(), hash)
      expect(print).toBeInstanceOf(Promise)
      await print
    }
    await expect(jwkThumbprint({ kty: 'x' })).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it('come from a resolver, which returns nothing else', async () => {
    const loop: KeyResolver = () => loop as never
    for (const resolver of [loop, () => key.publicJwk() as never, () => 'x' as never])
      await expect(verifyJwt(token, resolver, policy)).rejects.toThrow(/A key, a key set or a resolver/)
    await expect(verifyJwt(token, () => null, policy)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('of a service are asked for no more than each signature and one check (KMS bill)', async () => {
    let calls = 0
    const remote = externalKey(key.publicJwk(), {
      async sign(input, alg) {
        calls++
        return Buffer.from(await sign(key, alg, input), 'base64url')
      },
    })
    await Promise.all(Array.from({ length: 50 }, () => signJwt({ exp: now + 60 }, remote)))
    expect(calls).toBe(51)
  })
})

it('headers that are returned are frozen, remembered or not', async () => {
  const { header } = await verifyJwt(token, key, policy)
  expect(Object.isFrozen(header)).toBe(true)
  expect(Object.isFrozen((await verifyJwt(token, key, policy)).header)).toBe(true)
})

it('a DPoP proof with a private key is refused after its signature (RFC 9449 §4.3)', async () => {
  const proof = await signJwt({ jti: '1', htm: 'GET', htu: 'https://api.example', iat: now }, key, {
    typ: 'dpop+jwt',
    header: { jwk: key.privateJwk() },
    lifetime: null,
  })
  const keys: KeyResolver = ({ jwk }) => importKey(jwk!, { alg: 'ES256' })
  await expect(verifyJwt(proof, keys, dpopProofPolicy({ clock }))).rejects.toMatchObject({ code: 'invalid_claim' })
})
