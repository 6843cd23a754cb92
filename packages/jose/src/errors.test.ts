import { describe, expect, it } from 'vitest'
import * as jose from './index.ts'
import { verifySdJwt } from './sd-jwt/index.ts'

const now = 1_700_000_000
const clock = () => now
const signer = await jose.generateKey('ES256')
const other = await jose.generateKey('ES256')
const wrapping = await jose.generateKey('A256KW')
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const forge = (header: object, payload = encode({ exp: now + 9 })) => `${encode(header)}.${payload}.${'A'.repeat(86)}`
const verify = (token: string, policy: jose.JwtPolicy = {}, keys: jose.VerificationKeys = signer) =>
  jose.verifyJwt(token, keys, { clock, ...policy })
const sign = (claims: jose.NewJwtClaims) => jose.signJwt({ exp: now + 9, ...claims }, signer)
const encrypt = (header: object) => jose.encryptJwe('x', wrapping).then((jwe) => jwe.replace(/^[^.]*/, encode(header)))
const decrypt = (token: string, options: jose.DecryptJweOptions = {}) => jose.decryptJwe(token, wrapping, options)

/** What may happen, by the code it has: at least one case for each, which the type demands. */
const conditions: Record<jose.JoseErrorCode, Record<string, () => unknown>> = {
  decode_error: {
    'a token that is no token': () => verify('x'),
    'a header that is not JSON': () => verify(`${'A'.repeat(8)}.e30.AA`),
    'a JWE where a JWS belongs': async () => verify(await jose.encryptJwe('x', wrapping)),
    'a JWS where a JWE belongs': async () => decrypt(await sign({})),
    'a JSON serialization without signatures': () => jose.verifyJwsJson({ payload: '', signatures: [] }, signer),
    'an SD-JWT without a tilde': () => verifySdJwt('x', signer, {}),
  },
  exceeded_size: {
    'a JWT': () => verify('x'.repeat(16_385)),
    'a JWS': () => jose.verifyJws('x'.repeat(262_145), signer),
    'a JWE': () => decrypt('x'.repeat(262_145)),
    'a header': () => verify(`${'A'.repeat(16_385)}.e30.AA`, { maxSize: 99_999 }),
    'a header of a JWE': async () => decrypt(await encrypt({ alg: 'A256KW', enc: 'A256GCM', x: 'x'.repeat(12_300) })),
    'a JWT that is only looked at': () => jose.decodeUnverifiedJwt('x'.repeat(16_385)),
    'a detached payload': () => jose.verifyJws(forge({ alg: 'ES256' }, ''), signer, { payload: 'xx', maxSize: 1 }),
    'too many signatures': async () =>
      jose.verifyJwsJson({ payload: '', signatures: Array.from({ length: 17 }, () => ({ signature: '' })) }, signer),
  },
  invalid_header: {
    'a parameter of another type': () => verify(forge({ alg: 'ES256', kid: 1 })),
    'crit that is no list': () => verify(forge({ alg: 'ES256', crit: 'exp' })),
    'another typ': async () => verify(await sign({}), { typ: 'at+jwt' }),
    'a parameter that is not known': () => jose.checkHeaderParameters({ alg: 'ES256', x: 1 }, { strict: true }),
    'PBES2 with too many iterations': async () =>
      decrypt(await encrypt({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1e9, p2s: 'AAAAAAAAAAA' })),
    'a name in both headers': () =>
      jose.verifyJwsJson(
        { protected: encode({ alg: 'ES256' }), header: { alg: 'ES256' }, payload: '', signature: '' },
        signer,
      ),
    'a name in two headers of a JWE': () =>
      jose.encryptFlattenedJwe('x', { key: wrapping }, { header: { a: 1 }, unprotected: { a: 1 } }),
    'a name in two headers of a recipient': () =>
      jose.encryptGeneralJwe('x', [{ key: wrapping }], { unprotected: { alg: 'A256KW' } }),
    'several recipients of a direct key': async () => {
      const { recipients, ...rest } = await jose.encryptGeneralJwe('x', [{ key: wrapping }])
      const direct = [{ header: { alg: 'dir' } }, ...recipients]
      const key = await jose.generateKey('A256GCM')
      return jose.decryptJweJson({ ...rest, recipients: direct }, key)
    },
  },
  unsupported_critical_header: {
    'of a JWS': () => verify(forge({ alg: 'ES256', crit: ['x'], x: 1 })),
    'of a JWE': async () => decrypt(await encrypt({ alg: 'A256KW', enc: 'A256GCM', crit: ['x'], x: 1 })),
  },
  missing_algorithm: {
    'no alg': () => verify(forge({})),
    'no enc': async () => decrypt(await encrypt({ alg: 'A256KW' })),
  },
  unsupported_algorithm: {
    none: () => verify(forge({ alg: 'none' }), { algorithms: ['ES256'] }),
    'not in the list': async () => verify(await sign({}), { algorithms: ['RS256'] }),
    'an enc that is not known': async () => decrypt(await encrypt({ alg: 'A256KW', enc: 'x' })),
    'an enc that is not in the list': async () =>
      decrypt(await jose.encryptJwe('x', wrapping), { encryptions: ['A128GCM'] }),
    'a compression nobody asked for': async () => decrypt(await jose.encryptJwe('x', wrapping, { compress: true })),
    'no key of such a kind': () => jose.generateKey('none'),
    'of a key for signatures, to encrypt': () => jose.encryptJwe('x', signer),
    'of a key for encryption, to sign': () => jose.signJws('x', wrapping),
  },
  key_not_found: {
    'a kid that is not in the set': async () => verify(await sign({}), {}, jose.KeySet.of(other)),
    'no recipient is ours': async () =>
      jose.decryptJwe(await jose.encryptJwe('x', wrapping, { header: { kid: 'x' } }), jose.KeySet.of(wrapping)),
    'no key to sign with': async () => jose.staticKeys([signer]).signingKey('RS256'),
  },
  invalid_key: {
    'no kty': () => jose.importKey({} as jose.Jwk),
    'a curve that is not known': () => jose.importKey({ kty: 'EC', crv: 'P-192', x: '', y: '' }),
    'a PEM as a secret': () => jose.importSecret('-----BEGIN PUBLIC KEY-----'),
    'a JWK that is not JSON': () => jose.importKey('{'),
    'a secret shorter than the hash': async () =>
      jose.signJwt({}, await jose.importSecret(new Uint8Array(16), { alg: 'HS256' }), { lifetime: null }),
    'a key for another algorithm': async () => verify(await sign({}), {}, await jose.generateKey('RS256')),
    'a key for encryption': () => jose.signJwt({}, wrapping, { alg: 'HS256', lifetime: null }),
    'a public key off its curve': async () => jose.encryptJwe('x', await offCurve('ECDH-ES+A128KW')),
    'one that several shall decrypt': async () =>
      jose.encryptGeneralJwe('x', [{ key: wrapping }, { key: await offCurve('ECDH-ES+A128KW') }]),
    'one that shall verify': async () => verify(await sign({}), {}, await offCurve('ES256')),
    'a public key of low order': async () =>
      jose.encryptFlattenedJwe('x', {
        key: await jose.importKey({ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), alg: 'ECDH-ES' }),
      }),
    'a public key that shall sign': async () =>
      jose.signJwt({}, await jose.importKey(signer.publicJwk()), { lifetime: null }),
    'the private half of a public key': async () => (await jose.importKey(signer.publicJwk())).privateJwk(),
  },
  bad_signature: {
    'another key': async () => verify(await sign({}), {}, other),
    'fewer than must hold': async () =>
      jose.verifyJwsJson(await jose.signGeneralJws('x', [{ key: other }]), signer, { signatures: 1 }),
  },
  decryption_failed: {
    'another key': async () => jose.decryptJwe(await jose.encryptJwe('x', wrapping), await jose.generateKey('A256KW')),
    'an encrypted key of another length': async () =>
      decrypt((await jose.encryptJwe('x', wrapping)).replace(/\.[^.]*/, '.AAAA')),
    'more than may be inflated': async () =>
      decrypt(await jose.encryptJwe('x'.repeat(99), wrapping, { compress: true }), { maxInflated: 9 }),
  },
  key_set_unavailable: {
    'nobody answers': () =>
      jose.remoteKeySet('https://as.example/jwks', { fetch: () => Promise.reject(new Error()) }).get(),
  },
  invalid_payload: {
    'not JSON': async () => verify(await jose.signJws('x', signer)),
    'no object': async () => verify(await jose.signJws('[]', signer)),
    'another schema': async () => jose.verifyJwt(await sign({}), signer, { clock, schema: refusing }),
  },
  missing_claim: {
    'no exp': async () => verify(await jose.signJwt({}, signer, { lifetime: null })),
    'no iss': async () => verify(await sign({}), { issuer: 'x' }),
    'one that is required': async () => verify(await sign({}), { required: ['jti'] }),
  },
  invalid_claim: {
    'an exp that is no number': async () => verify(await jose.signJws(JSON.stringify({ exp: 'x' }), signer)),
    'another iss': async () => verify(await sign({ iss: 'y' }), { issuer: 'x' }),
    'another aud': async () => verify(await sign({ aud: 'y' }), { audience: 'x' }),
    'an aud that nobody asked for': async () => verify(await sign({ aud: 'y' })),
    'refused by validate': async () => verify(await sign({}), { validate: () => false }),
  },
  expired_token: {
    exp: async () => verify(await sign({ exp: now })),
    maxAge: async () => verify(await sign({ iat: now - 9 }), { maxAge: 8 }),
  },
  immature_token: {
    nbf: async () => verify(await sign({ nbf: now + 1 })),
    iat: async () => verify(await sign({ iat: now + 1 })),
  },
  insecure_claim: { password: () => jose.refuseSensitiveClaims({ password: 'x' }) },
}

async function offCurve(alg: string): Promise<jose.Key> {
  const { kid: _, ...jwk } = (await jose.generateKey(alg)).publicJwk()
  return jose.importKey({ ...jwk, x: jwk.y ?? '' })
}

const refusing: jose.StandardSchema<never> = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no', path: ['sub'] }] }) },
}

describe.each(Object.entries(conditions))('%s', (code, cases) => {
  it.each(Object.entries(cases))('is the code for: %s (JJ-35, PJ-28)', async (_, act) => {
    const error = await Promise.resolve()
      .then(act)
      .then(
        () => 'nothing was thrown',
        (thrown: unknown) => thrown,
      )
    expect(error).toBeInstanceOf(jose.JoseError)
    expect(error).toMatchObject({ code, name: 'JoseError' })
  })
})

describe('a wrong argument is a TypeError, whatever the token is', () => {
  it.each<[string, () => unknown]>([
    ['no key', () => verify('x', {}, null as unknown as jose.Key)],
    ['a text as a key', () => verify('x', {}, 'secret' as unknown as jose.Key)],
    ['an empty list of algorithms', () => verify('x', { algorithms: [] })],
    ['no key to sign with', () => jose.signJwt({}, 'secret' as unknown as jose.Key, { lifetime: null })],
    [
      'a key that does not say its algorithm',
      async () => jose.signJwt({}, await jose.importSecret(new Uint8Array(32)), { lifetime: null }),
    ],
    [
      'a number that shall be claims',
      () => jose.signJwt(1 as unknown as jose.NewJwtClaims, signer, { lifetime: null }),
    ],
    ['no signature that must hold', () => jose.verifyJwsJson({} as jose.GeneralJws, signer, { signatures: 0 })],
    ['a compression in the header', () => jose.encryptJwe('x', wrapping, { header: { zip: 'DEF' } })],
    ['no recipient', () => jose.encryptGeneralJwe('x', [])],
    ['no secret', () => jose.importSecret(undefined as unknown as string)],
    ['a slip in the name of an algorithm', () => jose.importKey(signer.publicJwk(), { alg: 'RSA256' })],
    ['such a slip for a secret', () => jose.importSecret(new Uint8Array(32), { alg: 'SHA256' })],
    ['no key to import', () => jose.importKey(null as unknown as jose.Jwk)],
    ['a key that has been imported', () => jose.importKey(signer as unknown as jose.Jwk)],
    ['a text in place of a list of algorithms', decryptBySubstring],
    ['such a text for encryptions', () => decrypt('x', { encryptions: 'A256GCM' as unknown as string[] })],
    ['a curve that is not for agreement', () => jose.generateKey('ECDH-ES', { crv: 'Ed25519' as 'X25519' })],
    ['a curve that nobody knows', () => jose.generateKey('ECDH-ES', { crv: 'P-192' as 'P-256' })],
    ['a modulus that has no length', () => jose.generateKey('RS256', { modulusLength: '2048' as unknown as number })],
    ['a modulus that nobody reads', () => jose.generateKey('RS256', { modulusLength: 20_000 })],
    ['a hash that is not for thumbprints', () => jose.jwkThumbprint(signer.publicJwk(), 'MD5' as 'SHA-256')],
    ['a format that nobody writes', () => jose.exportPrivatePem(signer, { format: 'der' as 'pkcs8' })],
    ['a format for private keys', () => jose.exportPublicPem(signer, { format: 'pkcs8' as 'spki' })],
  ])('%s', async (_, act) => {
    await expect(Promise.resolve().then(act)).rejects.toThrow(TypeError)
  })
})

it.each<[RegExp, () => unknown]>([
  [/lifetime/, async () => verify(await jose.signJwt({}, signer, { lifetime: null }))],
  [/audience/, async () => verify(await sign({ aud: 'api' }))],
  [/algorithms/, verifyUnbound],
  [/importSecret/, () => jose.importKey('a text that is no key')],
  [/ES256/, () => jose.generateKey('P-256')],
  [/encrypt/, () => jose.refuseSensitiveClaims({ password: 'x' })],
])('advises: %s', async (advice, act) => {
  await expect(Promise.resolve().then(act)).rejects.toMatchObject({ hint: expect.stringMatching(advice) as unknown })
})

it('tells a key for something else from an algorithm of another name', async () => {
  await expect(jose.encryptJwe('x', signer)).rejects.toThrow('No encryption algorithm has this name')
  await expect(jose.signJws('x', wrapping)).rejects.toThrow('The algorithm is not for signatures')
})

async function decryptBySubstring(): Promise<unknown> {
  return decrypt(await jose.encryptJwe('x', wrapping), { algorithms: 'ECDH-ES+A256KW' as unknown as string[] })
}

async function verifyUnbound(): Promise<unknown> {
  const { alg: _, ...jwk } = signer.publicJwk()
  return verify(await sign({}), {}, await jose.importKey(jwk))
}
