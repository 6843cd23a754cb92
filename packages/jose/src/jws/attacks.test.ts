import {
  constants,
  createHash,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import {
  decodeUnverifiedJws,
  decodeUnverifiedJwt,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  JoseError,
  jwsAlgorithms,
  type JwtPolicy,
  Key,
  KeySet,
  signFlattenedJws,
  signJws,
  signJwt,
  type VerificationKeys,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
} from '../index.ts'

const now = 1_700_000_000
const claims = { sub: 'u', exp: now + 60 }
const policy: JwtPolicy = { clock: () => now, algorithms: jwsAlgorithms }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaKey = await importKey(rsa.publicKey)
const ecPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ecKey = await importKey(ecPair.publicKey)
const secretKey = await importSecret(new Uint8Array(64).fill(7))
const P256_ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

const encode = (value: unknown) =>
  encodeBase64url(encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)))
const body = encode(claims)

/** A token with whatever header, signed by any key. */
function forge(header: unknown, signer: (input: Buffer) => Uint8Array, payload = body): string {
  const input = `${encode(header)}.${payload}`
  return `${input}.${encodeBase64url(signer(Buffer.from(input)))}`
}

const hmac = (secret: Uint8Array | string) => (input: Buffer) => createHmac('sha256', secret).update(input).digest()
const ecdsa =
  (key: KeyObject, hash = 'sha256') =>
  (input: Buffer) =>
    sign(hash, input, { key, dsaEncoding: 'ieee-p1363' })
const refused = (token: unknown, keys: VerificationKeys, more: JwtPolicy = policy) =>
  expect(verifyJwt(token as string, keys, more)).rejects.toBeInstanceOf(JoseError)

describe('attacks on signatures', () => {
  it('J1: no algorithm by the name of none, nor any other that is not a known one (RFC 8725 §3.2, CVE-2026-28802, CVE-2015-9235, AJ-17, PJ-10)', async () => {
    for (const alg of [
      'none',
      'None',
      'NONE',
      'nOnE',
      '',
      null,
      undefined,
      ['RS256'],
      'hs256',
      'RS256 ',
      'constructor',
      '__proto__',
    ]) {
      for (const [key, signer] of [
        [rsaKey, () => new Uint8Array()],
        [secretKey, hmac(new Uint8Array(64).fill(7))],
        [secretKey, () => new Uint8Array()],
      ] as const) {
        await refused(forge({ alg }, signer), key)
        await refused(forge({ alg }, signer), key, { ...policy, algorithms: [String(alg), 'RS256'] })
      }
    }
  })

  it('J2: no HMAC keyed with a public key in any form (RFC 8725 §2.1, CVE-2024-37568, CVE-2022-29217, CVE-2017-11424, CVE-2026-48526, CVE-2024-33663, CVE-2022-23541, GHSA-ffc3-869f-jxw9, GHSA-mvf2-f6gm-w987, GHSA-869p-cjfg-cm3x, AJ-39, PJ-18)', async () => {
    for (const { publicKey } of [rsa, ecPair]) {
      const jwk = publicKey.export({ format: 'jwk' })
      const spki = publicKey.export({ format: 'pem', type: 'spki' }) as string
      const der = publicKey.export({ format: 'der', type: 'spki' })
      const pkcs1 =
        publicKey === rsa.publicKey
          ? [
              publicKey.export({ format: 'pem', type: 'pkcs1' }) as string,
              publicKey.export({ format: 'der', type: 'pkcs1' }),
            ]
          : []
      const forms = [
        spki,
        spki.trim(),
        spki.replaceAll('\n', '\r\n'),
        der,
        ...pkcs1,
        JSON.stringify(jwk),
        `\uFEFF${spki}`,
        `  ${spki}`,
        JSON.stringify({ keys: [jwk] }),
      ]
      const key = await importKey(publicKey)
      for (const form of [...forms, Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url'), '']) {
        for (const algorithms of [
          ['RS256', 'ES256'],
          ['RS256', 'ES256', 'HS256'],
        ]) {
          await refused(forge({ alg: 'HS256' }, hmac(form)), key, { ...policy, algorithms })
          await refused(forge({ alg: 'HS256' }, hmac(form)), KeySet.from({ keys: [jwk as Jwk] }), {
            ...policy,
            algorithms,
          })
        }
      }
      const body = spki.replace(/-----.*-----/g, '')
      const disguised = [
        spki.replaceAll('-----', '----'),
        spki.toLowerCase().replace(body.toLowerCase(), body),
        body,
        body.replaceAll('\n', ''),
        body.replaceAll('\n', ' \r\n'),
        `${body.replaceAll('\n', '')}\0`,
        Buffer.from(spki, 'utf16le'),
        Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(spki, 'utf16le').swap16()]),
        Buffer.concat([Buffer.from('\n'), der]),
        JSON.stringify(jwk).replaceAll('"', "'"),
        der.toString('base64url'),
        der.toString('hex'),
      ]
      for (const form of [...forms, ...disguised]) {
        await expect(importSecret(form, { alg: 'HS256' })).rejects.toMatchObject({ code: 'invalid_key' })
        const oct: Jwk = { kty: 'oct', k: Buffer.from(form).toString('base64url'), alg: 'HS256' }
        for (const material of [oct, JSON.stringify(oct), createSecretKey(Buffer.from(form))])
          await expect(importKey(material, { alg: 'HS256' })).rejects.toMatchObject({ code: 'invalid_key' })
      }
      for (const form of forms.filter((item) => typeof item !== 'string')) {
        await expect(importKey(form, { alg: 'HS256' })).rejects.toMatchObject({ code: 'invalid_key' })
      }
    }
  })

  it('J3: no ECDSA signature of zeros, of the order, of another length or form (CVE-2022-21449)', async () => {
    const zero = Buffer.alloc(32)
    const one = Buffer.alloc(32, 0)
    one[31] = 1
    const good = ecdsa(ecPair.privateKey)(Buffer.from(`${encode({ alg: 'ES256' })}.${body}`))
    await verifyJwt(
      forge({ alg: 'ES256' }, () => good),
      ecKey,
      policy,
    )
    const [r, s] = [good.subarray(0, 32), good.subarray(32)]
    const pairs = [
      [zero, zero],
      [zero, s],
      [r, zero],
      [P256_ORDER, s],
      [r, P256_ORDER],
      [P256_ORDER, P256_ORDER],
      [one, one],
      [s, r],
    ] as const
    for (const pair of pairs)
      await refused(
        forge({ alg: 'ES256' }, () => Buffer.concat(pair)),
        ecKey,
      )
    const der = (input: Buffer) => sign('sha256', input, ecPair.privateKey)
    await refused(forge({ alg: 'ES256' }, der), ecKey)
    for (const length of [0, 1, 63, 65, 66, 128])
      await refused(
        forge({ alg: 'ES256' }, () => Buffer.concat([good, zero, zero]).subarray(0, length)),
        ecKey,
      )
  })

  it('J4: no curve but that of the algorithm (RFC 7518 §3.4, AJ-15, JJ-10, PJ-10)', async () => {
    const curves = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', secp256k1: 'ES256K' } as const
    for (const [namedCurve, right] of Object.entries(curves)) {
      if (missingAlgorithms.includes(right)) continue
      const pair = generateKeyPairSync('ec', { namedCurve })
      const key = await importKey(pair.publicKey)
      for (const alg of Object.values(curves)) {
        const hash = alg === 'ES384' ? 'sha384' : alg === 'ES512' ? 'sha512' : 'sha256'
        const token = forge({ alg }, ecdsa(pair.privateKey, hash))
        if (alg === right) await verifyJwt(token, key, policy)
        else await refused(token, key)
      }
    }
  })

  it('J5: no Ed25519 signature with S beyond the order, or of zeros (RFC 8032 §5.1.7)', async () => {
    const pair = generateKeyPairSync('ed25519')
    const key = await importKey(pair.publicKey)
    const good = (input: Buffer) => sign(null, input, pair.privateKey)
    await verifyJwt(forge({ alg: 'EdDSA' }, good), key, policy)
    const beyond = (input: Buffer) => {
      const signature = good(input)
      let s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + ED25519_ORDER
      for (let i = 32; i < 64; i++, s >>= 8n) signature[i] = Number(s & 255n)
      return signature
    }
    await refused(forge({ alg: 'EdDSA' }, beyond), key)
    await refused(
      forge({ alg: 'EdDSA' }, () => new Uint8Array(64)),
      key,
    )
  })

  it('J6: no other padding, salt, hash or length of an RSA signature (RFC 7518 §3.5)', async () => {
    const pss =
      (saltLength: number, hash = 'sha256') =>
      (input: Buffer) =>
        sign(hash, input, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    await verifyJwt(forge({ alg: 'PS256' }, pss(32)), rsaKey, policy)
    for (const salt of [0, 20, 31, 33, 64, constants.RSA_PSS_SALTLEN_MAX_SIGN])
      await refused(forge({ alg: 'PS256' }, pss(salt)), rsaKey)
    await refused(forge({ alg: 'PS256' }, pss(20, 'sha1')), rsaKey)
    await refused(forge({ alg: 'RS256' }, pss(32)), rsaKey)
    await refused(
      forge({ alg: 'PS256' }, (input) => sign('sha256', input, rsa.privateKey)),
      rsaKey,
    )
    await refused(
      forge({ alg: 'RS256' }, (input) => sign('sha1', input, rsa.privateKey)),
      rsaKey,
    )
    await refused(
      forge({ alg: 'RS256' }, (input) => Buffer.concat([Buffer.alloc(1), sign('sha256', input, rsa.privateKey)])),
      rsaKey,
    )
    await refused(
      forge({ alg: 'RS256' }, (input) => sign('sha256', input, rsa.privateKey).subarray(0, 255)),
      rsaKey,
    )
  })

  it('J7: no weak key (RFC 7518 §3.2, §3.3, CVE-2025-45768, CVE-2026-49852, AJ-22, JJ-14, JJ-27)', async () => {
    for (const modulusLength of [512, 1024, 2040]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
      await expect(importKey(publicKey)).rejects.toMatchObject({ code: 'invalid_key' })
    }
    const { publicKey: short } = generateKeyPairSync('ec', { namedCurve: 'prime192v1' }) // FAPI 2.0 Security Profile §5.4.1
    await expect(importKey(short)).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(importSecret(new Uint8Array(0))).rejects.toMatchObject({ code: 'invalid_key' })
    for (const length of [1, 31])
      await refused(forge({ alg: 'HS256' }, hmac(new Uint8Array(length))), await importSecret(new Uint8Array(length)))
    const legacy = await importSecret(new Uint8Array(16), { allowWeak: true })
    await verifyJwt(forge({ alg: 'HS256' }, hmac(new Uint8Array(16))), legacy, policy)
  })

  it('J8: no key that the token brings along, and no look at where it points (RFC 8725 §3.10, CVE-2026-27962)', async () => {
    const original = globalThis.fetch
    let calls = 0
    globalThis.fetch = () => (calls++, Promise.reject(new Error('no network')))
    try {
      const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const jwk = attacker.publicKey.export({ format: 'jwk' })
      const victim = KeySet.from({ keys: [{ ...ecPair.publicKey.export({ format: 'jwk' }), kid: 'victim' } as Jwk] })
      for (const kid of ['victim', 'other', undefined]) {
        for (const extra of [
          { jwk },
          { jku: 'https://evil.example/jwks' },
          { jku: 'file:///etc/passwd' },
          { jku: 'https://as.example@evil.example/' },
          { x5u: 'https://evil.example/' },
          { x5c: ['MIIB'] },
        ]) {
          await refused(forge({ alg: 'ES256', kid, ...extra }, ecdsa(attacker.privateKey)), victim)
        }
      }
      const brought = forge({ alg: 'ES256', jwk }, ecdsa(attacker.privateKey))
      for (const none of [undefined, null])
        await expect(verifyJwt(brought, none as unknown as Key, policy)).rejects.toBeInstanceOf(TypeError)
      expect(calls).toBe(0)
    } finally {
      globalThis.fetch = original
    }
  })

  it('J9: refuses a kid that is not a string, and treats it as plain data', async () => {
    const set = KeySet.from({ keys: [{ ...ecPair.publicKey.export({ format: 'jwk' }), kid: 'k' } as Jwk] })
    for (const kid of [
      '../../dev/null',
      "' OR 1=1 --",
      '|id',
      '__proto__',
      'constructor',
      'toString',
      1,
      {},
      ['k'],
      null,
      'k\0',
      'K',
      'x'.repeat(65_536),
    ]) {
      await refused(forge({ alg: 'ES256', kid }, ecdsa(ecPair.privateKey)), set, { ...policy, maxSize: 200_000 })
    }
    expect(({} as Record<string, unknown>)['alg']).toBeUndefined()
  })

  it('J10: no crit that is not understood or malformed (RFC 7515 §4.1.11, CVE-2025-59420, CVE-2026-32597, AJ-07, PJ-07)', async () => {
    for (const crit of [
      ['x'],
      [],
      'b64',
      ['absent'],
      ['alg'],
      1,
      null,
      {},
      ['__proto__'],
      ['toString'],
      [1],
      ['exp', 'exp'],
      ['b64'],
    ]) {
      await refused(forge({ alg: 'ES256', crit, x: 1, exp: 1 }, ecdsa(ecPair.privateKey)), ecKey)
      const token = forge({ alg: 'ES256', crit, x: 1, exp: 1 }, ecdsa(ecPair.privateKey))
      await expect(verifyJws(token, ecKey, { algorithms: ['ES256'] })).rejects.toBeInstanceOf(JoseError)
    }
    const jws = await signFlattenedJws('x', { key: await importKey(ecPair.privateKey), alg: 'ES256' })
    await expect(
      verifyJwsJson({ ...jws, header: { crit: ['x'], x: 1 } }, ecKey, { algorithms: ['ES256'] }),
    ).rejects.toMatchObject({ code: 'invalid_header' })
    const claimed = encode({ alg: 'ES256', crit: ['x'] })
    const signature = encodeBase64url(ecdsa(ecPair.privateKey)(Buffer.from(`${claimed}.${body}`)))
    const elsewhere = { payload: body, protected: claimed, header: { x: 1 }, signature } // where nobody signed it
    await expect(verifyJwsJson(elsewhere, ecKey, { algorithms: ['ES256'], crit: ['x'] })).rejects.toMatchObject({
      code: 'invalid_header',
    })
  })

  it('J11: b64=false only with crit, never in a JWT, and no dot inside a compact one (RFC 7797, JJ-06, PJ-07)', async () => {
    const key = await importKey(ecPair.privateKey, { alg: 'ES256' })
    const detached = await signJws('a.b', key, { unencoded: true, detached: true })
    expect((await verifyJws(detached, key, { payload: 'a.b' })).payload).toEqual(encodeUtf8('a.b'))
    await refused(
      forge({ alg: 'ES256', b64: false, crit: ['b64'] }, ecdsa(ecPair.privateKey), JSON.stringify(claims)),
      key,
    )
    await refused(forge({ alg: 'ES256', b64: false }, ecdsa(ecPair.privateKey)), key)
    await expect(
      verifyJws(forge({ alg: 'ES256', b64: false, crit: ['b64'] }, ecdsa(ecPair.privateKey), 'a.b'), key),
    ).rejects.toMatchObject({ code: 'decode_error' })
  })

  it('J12: no token in another spelling (RFC 7515 §2, D-03, CVE-2026-48525, GHSA-8wjv-2p76-3863, JJ-05)', async () => {
    const good = await signJwt(claims, secretKey, { alg: 'HS256' })
    const [head = '', payload = '', signature = ''] = good.split('.')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const nextTail = alphabet[alphabet.indexOf(signature.at(-1) ?? '') ^ 1] // 43 characters hold two bits too many
    const texts = [
      '',
      head,
      `${head}.${payload}`,
      `${good}.`,
      `${good}.x`,
      ` ${good}`,
      `${good} `,
      `${good}\n`,
      `${good}=`,
      `${head}=.${payload}.${signature}`,
      `${head}.${payload}=.${signature}`,
      `${good}\0`,
      `\uFEFF${good}`,
      signature + good,
      `${good.slice(0, -1)}${nextTail}`,
      `${good.slice(0, -1)}\u0141`,
    ]
    for (const text of texts) await refused(text, secretKey)
    const raw = (header: string | Buffer, content: string | Buffer = JSON.stringify(claims)) => {
      const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(content).toString('base64url')}`
      return `${input}.${createHmac('sha256', Buffer.alloc(64, 7)).update(input).digest('base64url')}`
    }
    await verifyJwt(raw('{"alg":"HS256"}'), secretKey, policy)
    const deep = `{"alg":"HS256","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
    for (const header of [
      '["HS256"]',
      'null',
      '"HS256"',
      '',
      '{',
      '\uFEFF{"alg":"HS256"}',
      Buffer.from([0x7b, 0xff, 0x7d]),
      deep,
      `{"alg":"HS256","x":"${'x'.repeat(1_048_576)}"}`,
    ]) {
      await refused(raw(header), secretKey, { ...policy, maxSize: 4_000_000 })
    }
    await refused(
      raw(
        '{"alg":"HS256"}',
        Buffer.concat([Buffer.from('{"sub":"'), Buffer.from([0xc3, 0x28]), Buffer.from(`","exp":${now + 60}}`)]),
      ),
      secretKey,
    )
    for (const text of [undefined, null, 1, {}, []]) await refused(text, secretKey)
  })

  it('J12: no signature for characters that share their low byte with those that were signed (RFC 7515 §5.2 step 8)', async () => {
    const tokens = [
      [forge({ alg: 'HS256' }, hmac(new Uint8Array(64).fill(7))), secretKey],
      [forge({ alg: 'ES256' }, ecdsa(ecPair.privateKey)), ecKey],
    ] as const
    for (const [token, key] of tokens) {
      const at = token.indexOf('.') + 1
      const folded = token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) + 0x100) + token.slice(at + 1)
      await verifyJwt(token, key, policy)
      await expect(verifyJwt(folded, key, policy)).rejects.toMatchObject({ code: 'bad_signature' })
    }
  })

  it('J12: a token is not decoded beyond its limit, not even to look at it (CVE-2025-61920, AJ-12)', async () => {
    const good = await signJwt(claims, secretKey, { alg: 'HS256' })
    expect(decodeUnverifiedJwt(good).claims).toEqual(claims)
    expect(() => decodeUnverifiedJwt(good, { maxSize: 50 })).toThrow(expect.objectContaining({ code: 'exceeded_size' }))
    const [head = '', , signature = ''] = good.split('.')
    const long = `${head}.${encode({ ...claims, x: 'x'.repeat(300_000) })}.${signature}`
    for (const decode of [decodeUnverifiedJwt, decodeUnverifiedJws])
      expect(() => decode(long)).toThrow(expect.objectContaining({ code: 'exceeded_size' }))
    await expect(verifyJwt(long, secretKey, policy)).rejects.toMatchObject({ code: 'exceeded_size' })
    await expect(verifyJws(long, secretKey, policy as object)).rejects.toMatchObject({ code: 'exceeded_size' })
  })

  it('J13: never two readings of a header (RFC 7515 §4, D-01, JJ-03)', async () => {
    const twice = forge('{"alg":"none","alg":"ES256"}', ecdsa(ecPair.privateKey))
    expect((await verifyJwt(twice, ecKey, policy)).header.alg).toBe('ES256') // the last one counts, for us and for who reads the result
    const jws = await signFlattenedJws('x', { key: await importKey(ecPair.privateKey), alg: 'ES256' })
    const options = { algorithms: ['ES256'] }
    for (const broken of [
      { ...jws, header: { alg: 'ES256' } },
      { ...jws, signatures: [jws] },
      { payload: jws.payload, signatures: [] },
      { payload: jws.payload, signatures: {} },
      { payload: jws.payload, signatures: [null] },
      { payload: jws.payload },
      { ...jws, payload: 1 },
      { ...jws, protected: 1 },
      { ...jws, header: [] },
      [],
      null,
    ]) {
      await expect(verifyJwsJson(broken as never, ecKey, options)).rejects.toBeInstanceOf(JoseError)
    }
  })

  it('J13: one signer counts once, however often the signature is there', async () => {
    const key = await importKey(ecPair.privateKey, { alg: 'ES256' })
    const other = await generateKey('ES256')
    const [mine, again, theirs] = await Promise.all(
      [key, key, other].map((signer) => signFlattenedJws('x', { key: signer })),
    )
    const renamed = KeySet.of(key, await importKey(ecPair.publicKey, { alg: 'ES256', kid: 'alias' }), other)
    const options = { signatures: 2 }
    for (const signatures of [
      [mine!, mine!],
      [mine!, again!],
    ]) {
      await expect(verifyJwsJson({ payload: mine!.payload!, signatures }, renamed, options)).rejects.toMatchObject({
        code: 'bad_signature',
      })
    }
    const both = { payload: mine!.payload!, signatures: [mine!, again!, theirs!] }
    expect((await verifyJwsJson(both, renamed, options)).signatures).toHaveLength(3)
  })

  it('J13: no part over the limit is decoded (CVE-2025-61920)', async () => {
    const jws = await signFlattenedJws('x', { key: await importKey(ecPair.privateKey), alg: 'ES256' })
    const long = 'A'.repeat(262_145)
    for (const name of ['payload', 'protected', 'signature']) {
      await expect(verifyJwsJson({ ...jws, [name]: long }, ecKey, { algorithms: ['ES256'] })).rejects.toMatchObject({
        code: 'exceeded_size',
      })
    }
  })

  it('J14: no key for another use, operation, algorithm or type (RFC 7517 §4, CVE-2022-23539, AJ-35, JJ-10)', async () => {
    const token = forge({ alg: 'ES256' }, ecdsa(ecPair.privateKey))
    const jwk = ecPair.publicKey.export({ format: 'jwk' }) as Jwk
    await verifyJwt(token, await importKey({ ...jwk, use: 'sig', key_ops: ['verify'], alg: 'ES256' }), policy)
    for (const limits of [
      { use: 'enc' },
      { key_ops: ['sign'] },
      { key_ops: [] },
      { alg: 'ES384' },
      { alg: 'ECDH-ES' },
    ]) {
      await refused(token, await importKey({ ...jwk, ...limits }))
      await refused(token, KeySet.from({ keys: [{ ...jwk, ...limits }] }))
    }
    for (const broken of [
      { kty: 'OKP' },
      { kty: 'oct', k: jwk.x },
      { key_ops: 'verify' },
      { key_ops: ['verify', 'verify'] },
      { use: 1 },
      { kid: 1 },
    ]) {
      await refused(token, KeySet.from({ keys: [{ ...jwk, ...broken } as Jwk] }))
    }
  })

  it('J14: the algorithm of a key does not widen what the policy allows (CVE-2026-48523, CVE-2026-33322, AJ-10)', async () => {
    const token = forge({ alg: 'ES256' }, ecdsa(ecPair.privateKey))
    const key = await importKey(ecPair.publicKey, { alg: 'ES256' })
    await verifyJwt(token, key, { clock: () => now })
    for (const keys of [key, KeySet.of(key), () => key])
      await expect(verifyJwt(token, keys, { ...policy, algorithms: ['RS256'] })).rejects.toMatchObject({
        code: 'unsupported_algorithm',
      })
  })

  it('J15: a header cannot ask a key set for more than its kid and alg', async () => {
    const asked: unknown[] = []
    const keys = { find: (query: unknown) => (asked.push(query), [ecKey]) }
    const token = forge({ alg: 'ES256', kid: 'k', operation: 'sign', fits: true, use: 'enc' }, ecdsa(ecPair.privateKey))
    await verifyJws(token, keys, { algorithms: ['ES256'] })
    expect(asked).toEqual([{ kid: 'k', alg: 'ES256' }])
  })

  it('J15: a kid finds what has that name, and without one few candidates are tried (GHSA-w6j9-cwv2-h6wq)', async () => {
    const signer = ecdsa(ecPair.privateKey)
    const jwk = ecPair.publicKey.export({ format: 'jwk' }) as Jwk
    const others = await Promise.all(
      Array.from({ length: 4 }, async (_, i) => (await generateKey('ES256', { kid: `o${i}` })).publicJwk()),
    )
    const bare = forge({ alg: 'ES256' }, signer)
    await verifyJwt(bare, KeySet.from({ keys: [jwk] }), policy)
    await verifyJwt(bare, KeySet.from({ keys: [...others.slice(1), jwk] }), policy)
    await refused(bare, KeySet.from({ keys: [...others, jwk] })) // five candidates are too many
    const named = forge({ alg: 'ES256', kid: 'k' }, signer)
    await refused(named, KeySet.from({ keys: [{ ...jwk, kid: 'other' }] }))
    await verifyJwt(
      named,
      KeySet.from({
        keys: [
          { ...others[0]!, kid: 'k' },
          { ...jwk, kid: 'k' },
        ],
      }),
      policy,
    )
    const odd = [
      { kty: 'XYZ' },
      { kty: 'RSA' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'k' },
      null,
      1,
      { kty: 'EC', crv: 'P-256', x: '!', y: '!' },
    ] as unknown as Jwk[]
    await verifyJwt(named, KeySet.from({ keys: [...odd, { ...jwk, kid: 'k' }] }), policy)
  })

  it('J22: no JWE where a JWS is expected, and no HMAC for an RSA key (CVE-2022-39175, AJ-46)', async () => {
    await refused(`${encode({ alg: 'dir', enc: 'A128GCM' })}..AAAA.AAAA.AAAA`, rsaKey)
    await refused(forge({ alg: 'dir' }, hmac('x')), rsaKey, { ...policy, algorithms: ['dir'] })
  })

  it('J26: claims are a JSON object, and plain data (AJ-42)', async () => {
    const token = (payload: string | Buffer) =>
      forge({ alg: 'HS256' }, hmac(Buffer.alloc(64, 7)), Buffer.from(payload).toString('base64url'))
    for (const payload of [
      '[]',
      '"x"',
      '1',
      'null',
      '',
      '{',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
      `{"exp":${now + 9},"x":${'['.repeat(9999)}${']'.repeat(9999)}}`,
    ]) {
      await expect(verifyJwt(token(payload), secretKey, { ...policy, maxSize: 1e6 })).rejects.toMatchObject({
        code: 'invalid_payload',
      })
    }
    const { claims: read } = await verifyJwt(
      token(`{"exp":${now + 9},"__proto__":{"admin":true},"constructor":1}`),
      secretKey,
      policy,
    )
    expect((read as { admin?: boolean }).admin).toBeUndefined()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect((await verifyJwt(token(`{"exp":1,"exp":${now + 9}}`), secretKey, policy)).claims.exp).toBe(now + 9)
  })

  it('J27: a missing key or an empty list is the mistake of the caller, before any cryptography (CVE-2022-39174, CVE-2022-23540, CVE-2022-23529, JJ-07, PJ-03)', async () => {
    const token = await signJwt(claims, secretKey, { alg: 'HS256' })
    for (const keys of [undefined, null, '', {}, [], 'secret', new Uint8Array(32)]) {
      await expect(verifyJwt(token, keys as Key, policy)).rejects.toBeInstanceOf(TypeError)
    }
    for (const algorithms of [[], 'HS256', 'ES256K HS256'] as unknown as string[][])
      await expect(verifyJwt(token, secretKey, { ...policy, algorithms })).rejects.toBeInstanceOf(TypeError)
    const { algorithms: _, ...open } = policy
    await expect(verifyJwt(token, secretKey, open)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('J27: a resolver that knows no key has found none', async () => {
    const token = await signJwt(claims, secretKey, { alg: 'HS256' })
    for (const nothing of [null, undefined])
      await expect(verifyJwt(token, () => nothing as null, policy)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('X2: nothing takes longer than its length, be it repeated as it may', async () => {
    const probes = [
      'BEGIN ',
      'ssh-rsa ',
      '-----BEGIN PUBLIC KEY-----\n',
      '"kty" ',
      '\n',
      ' ',
      'MII',
      'a.',
      '0',
      '~',
      '{"a":',
    ]
    for (const probe of probes) {
      const text = probe.repeat(Math.ceil(50_000 / probe.length))
      const start = performance.now()
      await importSecret(text).catch(() => undefined)
      await importKey(text).catch(() => undefined)
      await verifyJwt(text, secretKey, { ...policy, maxSize: 1e6 }).catch(() => undefined)
      expect(performance.now() - start).toBeLessThan(300)
    }
  })

  it('J28: a MAC that is wrong in its first or its last byte takes the same way', async () => {
    const good = await signJwt(claims, secretKey, { alg: 'HS256' })
    const dot = good.lastIndexOf('.') + 1
    for (const at of [dot, good.length - 2]) {
      const wrong = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1)
      await expect(verifyJwt(wrong, secretKey, policy)).rejects.toMatchObject({ code: 'bad_signature' })
    }
  })

  it('J30: no JWK whose members do not make a sound key (RFC 7517 §9, AJ-36, PJ-20)', async () => {
    const rsaJwk = rsa.privateKey.export({ format: 'jwk' }) as Jwk
    const ecJwk = ecPair.privateKey.export({ format: 'jwk' }) as Jwk
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const even = Buffer.from(rsaJwk.n ?? '', 'base64url')
    even[255] = (even[255] ?? 0) & 0xfe
    for (const jwk of [
      { ...rsaJwk, e: 'AQ' },
      { ...rsaJwk, e: 'AQAA' },
      { ...rsaJwk, e: '' },
      { ...rsaJwk, n: even.toString('base64url') },
      { ...rsaJwk, n: `AA${rsaJwk.n}` },
      { ...rsaJwk, oth: [] },
      { kty: 'RSA', n: rsaJwk.n, e: rsaJwk.e, p: rsaJwk.p }, // a private half with parts missing: RFC 7518 §6.3.2
      { ...rsaJwk, qi: undefined },
      { ...ecJwk, key_ops: ['sign', 'sign'] },
      { ...ecJwk, key_ops: 'sign' },
      { ...ecJwk, kid: 1 },
      {
        ...ecJwk,
        x: Buffer.from(ecJwk.x ?? '', 'base64url')
          .subarray(1)
          .toString('base64url'),
      },
      { ...ecJwk, crv: 'P-384' },
      { ...ecJwk, crv: ['P-256'] }, // which names a property as the text does
      { ...ecJwk, d: 'AQ' },
      { kty: 'oct', k: '' },
      { kty: 'oct' },
      { kty: 'oct', k: 'A' },
      {},
      'x',
      { kty: 'constructor' },
      { kty: 'EC', crv: '__proto__' },
    ]) {
      await expect(importKey(jwk as Jwk)).rejects.toMatchObject({ code: 'invalid_key' })
    }
    const offCurve = await importKey({ kty: 'EC', crv: 'P-256', x: ecJwk.x ?? '', y: ecJwk.x ?? '' }, { alg: 'ES256' })
    await expect(verifyJwt(forge({ alg: 'ES256' }, ecdsa(ecPair.privateKey)), offCurve, policy)).rejects.toMatchObject({
      code: 'invalid_key',
    })
    for (const pair of [
      { ...ecJwk, x: other.x, y: other.y },
      { ...rsaJwk, n: Buffer.from(even.fill(0xc1)).toString('base64url') },
    ]) {
      const mixed = await importKey(pair as Jwk).catch((error: unknown) => error)
      if (mixed instanceof Key)
        await expect(
          signJwt({}, mixed, { alg: mixed.kty === 'EC' ? 'ES256' : 'RS256', lifetime: null }),
        ).rejects.toMatchObject({
          code: 'invalid_key',
        })
      else expect(mixed).toMatchObject({ code: 'invalid_key' })
    }
  })

  it('J30: no member that only objects of the runtime have', async () => {
    const jwk = ecPair.publicKey.export({ format: 'jwk' }) as Jwk
    for (const privateKey of [null, 1, {}, { algorithm: { name: 'ECDSA' } }]) {
      const publicKey = { extractable: true, algorithm: {}, type: 'public' }
      const material = { ...jwk, privateKey, publicKey, type: 'private', export: {} } as unknown as Jwk
      expect((await importKey(material)).publicJwk()).toEqual(jwk)
    }
  })

  it('J31: nothing private in what is exported as public, and one thumbprint for both halves (RFC 7638 §3.2)', async () => {
    const { jwkThumbprint } = await import('../keys/thumbprint.ts')
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const key = await generateKey(alg)
      for (const jwk of [key.publicJwk(), JSON.parse(JSON.stringify(key)) as Jwk, KeySet.of(key).toJSON().keys[0]!]) {
        for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(jwk[name]).toBeUndefined()
      }
      const hash = await jwkThumbprint(key.publicJwk())
      expect(await jwkThumbprint(key.privateJwk())).toBe(hash)
      expect(await jwkThumbprint({ ...key.publicJwk(), use: 'enc', extra: 1 })).toBe(hash)
    }
    expect(KeySet.of(secretKey).toJSON().keys).toEqual([])
  })

  it('J32: no signature with a public key, a key as text, or none (CVE-2024-37568, AJ-35)', async () => {
    await expect(signJwt(claims, ecKey, { alg: 'ES256' })).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(signJwt(claims, rsaKey, { alg: 'HS256' })).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(signJwt(claims, secretKey, { alg: 'none' })).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
    await expect(signJwt(claims, pem as unknown as Key, { alg: 'HS256' })).rejects.toBeInstanceOf(TypeError)
  })
})

describe('errors', () => {
  it('carry no part of the token or the key (CVE-2025-65015)', async () => {
    const marker = createHash('sha256').update('marker').digest('hex')
    const tokens = [
      forge({ alg: marker }, hmac('x')),
      forge({ alg: 'HS256', kid: marker }, hmac('x')),
      marker,
      `${encode(`{"${marker}`)}.a.b`,
      forge({ alg: 'HS256' }, hmac(Buffer.alloc(64, 7)), encode(`"${marker}`)),
      await signJwt({ exp: now + 9, iss: marker }, secretKey, { alg: 'HS256' }),
    ]
    for (const token of tokens) {
      const error = (await verifyJwt(token, secretKey, { ...policy, issuer: 'x' }).catch(
        (caught: unknown) => caught,
      )) as JoseError
      expect(error).toBeInstanceOf(JoseError)
      const { message, reason, hint, cause } = error
      expect(
        [
          message,
          reason,
          hint,
          (cause as Error | undefined)?.message,
          ((cause as Error | undefined)?.cause as Error | undefined)?.message,
        ].join(),
      ).not.toContain(marker)
    }
  })
})
