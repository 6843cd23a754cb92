import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it, vi } from 'vitest'
import {
  decryptJwe,
  type DecryptJweOptions,
  decryptJweJson,
  encryptFlattenedJwe,
  encryptGeneralJwe,
  encryptJwe,
  generateKey,
  importKey,
  importSecret,
  JoseError,
  jweAlgorithms,
  type Key,
  KeySet,
  signJws,
  verifyJws,
} from '../index.ts'

const encode = (value: unknown) => encodeBase64url(encodeUtf8(JSON.stringify(value)))
const all: DecryptJweOptions = { algorithms: jweAlgorithms }

async function codeOf(token: unknown, key: Key, options: DecryptJweOptions = all): Promise<string> {
  const caught: unknown = await decryptJwe(token as string, key, options).then(
    () => 'accepted',
    (error: unknown) => error,
  )
  return caught instanceof JoseError ? caught.code : String(caught)
}

/** A token under a direct key, with whatever went into it. */
function direct(secret: Buffer, plaintext: Buffer, header: object): string {
  const protectedHeader = encode({ alg: 'dir', enc: 'A256GCM', ...header })
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(protectedHeader))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return [
    protectedHeader,
    '',
    iv.toString('base64url'),
    ciphertext.toString('base64url'),
    cipher.getAuthTag().toString('base64url'),
  ].join('.')
}

function replacePart(token: string, index: number, change: (bytes: Buffer) => Uint8Array): string {
  const parts = token.split('.')
  parts[index] = Buffer.from(change(Buffer.from(parts[index] ?? '', 'base64url'))).toString('base64url')
  return parts.join('.')
}

const flip = (at: number) => (bytes: Buffer) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))

describe('attacks on encryption', () => {
  it('J16: no tag, IV, key or part but the right ones (RFC 7516 §11.5, D-02, AJ-18, AJ-27, JJ-15)', async () => {
    const key = await generateKey('A256KW')
    const token = await encryptJwe('secret', key)
    for (const length of [0, 1, 4, 12, 15, 17]) {
      expect(
        await codeOf(
          replacePart(token, 4, () => Buffer.alloc(length)),
          key,
        ),
      ).toBe('decode_error')
    }
    for (const length of [0, 8, 16])
      expect(
        await codeOf(
          replacePart(token, 2, () => Buffer.alloc(length)),
          key,
        ),
      ).toBe('decode_error')
    for (const part of [1, 2, 3, 4])
      expect(await codeOf(replacePart(token, part, flip(0)), key)).toBe('decryption_failed')
    const secret = Buffer.alloc(32, 1)
    const shared = await importSecret(secret, { alg: 'dir' })
    const other = direct(secret, Buffer.from('x'), { typ: 'a' }).split('.').slice(1)
    expect(await codeOf([encode({ alg: 'dir', enc: 'A256GCM' }), ...other].join('.'), shared)).toBe('decryption_failed')
    expect(
      await codeOf(
        replacePart(direct(secret, Buffer.from('x'), {}), 1, () => Buffer.alloc(8)),
        shared,
      ),
    ).toBe('decode_error')
    expect(await codeOf(token.slice(0, token.lastIndexOf('.')), key)).toBe('decode_error')
    expect(await codeOf(`${token}.`, key)).toBe('decode_error')
    for (const header of [
      { enc: 'A512GCM' },
      { enc: undefined },
      { enc: 1 },
      { alg: 'none' },
      { alg: 'DIR' },
      { crit: ['x'], x: 1 },
      { crit: [] },
    ]) {
      expect(await codeOf(direct(secret, Buffer.from('x'), header), shared)).toMatch(
        /^(unsupported|missing_algorithm|invalid_header)/,
      )
    }
  })

  it('J16: no member that is null, and aad counts as it stands there (RFC 7516 §5.1 step 14)', async () => {
    const key = await generateKey('A256KW')
    const jwe = await encryptFlattenedJwe('x', { key }, { aad: 'a' })
    expect((await decryptJweJson(jwe, key)).plaintext).toEqual(encodeUtf8('x'))
    for (const name of ['encrypted_key', 'iv', 'tag', 'ciphertext', 'aad', 'protected', 'recipients'])
      await expect(decryptJweJson({ ...jwe, [name]: null }, key)).rejects.toBeInstanceOf(JoseError)
    expect(jwe.aad).toBe('YQ')
    for (const aad of ['YR', 'YQ==', 'Yg', '', undefined])
      await expect(decryptJweJson({ ...jwe, aad } as typeof jwe, key)).rejects.toBeInstanceOf(JoseError)
  })

  it('J17: no CBC-HMAC tag of another length, no broken block or padding, all with one error (RFC 7518 §5.2.2, AJ-27)', async () => {
    const secret = Buffer.alloc(32, 3)
    const key = await importSecret(secret, { alg: 'dir' })
    const seal = (padded: Buffer) => {
      const header = encode({ alg: 'dir', enc: 'A128CBC-HS256' })
      const iv = Buffer.alloc(16, 9)
      const cipher = createCipheriv('aes-128-cbc', secret.subarray(16), iv).setAutoPadding(false)
      const ciphertext = Buffer.concat([cipher.update(padded), cipher.final()])
      return { header, iv, ciphertext }
    }
    const mac = ({ header, iv, ciphertext }: ReturnType<typeof seal>) => {
      const bits = Buffer.alloc(8)
      bits.writeUInt32BE(header.length * 8, 4)
      return createHmac('sha256', secret.subarray(0, 16))
        .update(header)
        .update(iv)
        .update(ciphertext)
        .update(bits)
        .digest()
    }
    const token = (parts: ReturnType<typeof seal>, tag: Buffer) =>
      [parts.header, '', ...[parts.iv, parts.ciphertext, tag].map((part) => part.toString('base64url'))].join('.')
    const good = seal(Buffer.concat([Buffer.from('abc'), Buffer.alloc(13, 13)]))
    expect(await codeOf(token(good, mac(good).subarray(0, 16)), key)).toBe('accepted')
    for (const length of [0, 1, 8, 15, 17, 32]) {
      expect(await codeOf(token(good, Buffer.concat([mac(good), mac(good)]).subarray(0, length)), key)).toBe(
        'decode_error',
      )
    }
    const short = { ...good, ciphertext: good.ciphertext.subarray(1) }
    const padding = seal(Buffer.concat([Buffer.from('abc'), Buffer.alloc(13, 14)]))
    for (const broken of [short, padding])
      expect(await codeOf(token(broken, mac(broken).subarray(0, 16)), key)).toBe('decryption_failed')
    expect(await codeOf(token(padding, Buffer.alloc(16)), key)).toBe('decryption_failed')
  })

  it('J18: no CEK of the wrong size, tampered or under another algorithm; RSA1_5 not at all (RFC 7516 §11.5, CVE-2026-28490)', async () => {
    const rsa = (await generateKey('RSA-OAEP')).privateJwk()
    const { alg: _, ...material } = rsa
    const open = await importKey(material)
    const token = await encryptJwe('x', open, { alg: 'RSA-OAEP-256' })
    expect(await codeOf(token, open)).toBe('accepted')
    expect(await codeOf(token, open, { algorithms: ['RSA-OAEP'] })).toBe('unsupported_algorithm')
    const relabelled = [encode({ alg: 'RSA-OAEP', enc: 'A256GCM' }), ...token.split('.').slice(1)].join('.')
    expect(await codeOf(relabelled, open)).toBe('decryption_failed')
    expect(await codeOf(replacePart(token, 1, flip(3)), open)).toBe('decryption_failed')
    expect(
      await codeOf([encode({ alg: 'RSA1_5', enc: 'A256GCM' }), ...token.split('.').slice(1)].join('.'), open, {
        algorithms: ['RSA1_5'],
      }),
    ).toBe('unsupported_algorithm')
    const kw = await generateKey('A128KW')
    const wrapped = await encryptJwe('x', kw, { enc: 'A128GCM' })
    expect(
      await codeOf([encode({ alg: 'A128KW', enc: 'A256GCM' }), ...wrapped.split('.').slice(1)].join('.'), kw),
    ).toBe('decryption_failed')
  })

  it.each([2 ** 31 - 1, 2 ** 53, 10_000_001, 10_001, -1, 0, 1.5, '4096', null])(
    'J19: no PBES2 count of %s (RFC 8725 §3.10, CVE-2026-27932, CVE-2022-36083, GHSA-2c7c-3mj9-8fqh)',
    async (p2c) => {
      const key = await importSecret('a password', { alg: 'PBES2-HS256+A128KW' })
      const token = await encryptJwe('x', key)
      const forged = [
        encode({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2s: 'c2FsdHNhbHQ', p2c }),
        ...token.split('.').slice(1),
      ].join('.')
      expect(await codeOf(forged, key)).toBe('invalid_header')
    },
  )

  it('J20: no zip bomb, and no other compression (D-26, CVE-2025-62706, CVE-2024-28176)', async () => {
    const secret = Buffer.alloc(32, 1)
    const key = await importSecret(secret, { alg: 'dir' })
    const bomb = direct(secret, deflateRawSync(Buffer.alloc(26_214_400)), { zip: 'DEF' })
    const limits = { maxInflated: 250_000, maxSize: 1_000_000 }
    expect(await codeOf(bomb, key, { ...all, maxSize: 1_000_000 })).toBe('unsupported_algorithm')
    expect(await codeOf(bomb, key, { ...all, ...limits })).toBe('decryption_failed')
    expect(await codeOf(direct(secret, Buffer.from('garbage'), { zip: 'DEF' }), key, { ...all, ...limits })).toBe(
      'decryption_failed',
    )
    for (const zip of ['GZIP', 'def', 1, null])
      expect(await codeOf(direct(secret, Buffer.from('x'), { zip }), key, { ...all, ...limits })).toBe(
        'unsupported_algorithm',
      )
    expect(
      await codeOf(direct(secret, deflateRawSync(Buffer.from('x')), { zip: 'DEF' }), key, { ...all, ...limits }),
    ).toBe('accepted')
  })

  it('J20: little more is inflated than the limit (RFC 8725 §3.6, CVE-2024-33664)', async () => {
    let inflated = 0
    const Inflating = DecompressionStream
    vi.stubGlobal('DecompressionStream', function (format: CompressionFormat) {
      const { readable, writable } = new Inflating(format)
      const count = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          inflated += chunk.length
          controller.enqueue(chunk)
        },
      })
      return { writable, readable: readable.pipeThrough(count) }
    })
    const secret = Buffer.alloc(32, 1)
    const bomb = direct(secret, deflateRawSync(Buffer.alloc(26_214_400)), { zip: 'DEF' })
    const key = await importSecret(secret, { alg: 'dir' })
    const code = await codeOf(bomb, key, { ...all, maxInflated: 250_000 }).finally(() => vi.unstubAllGlobals())
    expect(code).toBe('decryption_failed')
    expect(inflated).toBeGreaterThan(250_000)
    expect(inflated).toBeLessThan(1_000_000)
  })

  it('J21: no ephemeral key off the curve, on another one, or of low order (RFC 7748 §6.1)', async () => {
    const key = await generateKey('ECDH-ES')
    const token = await encryptJwe('x', key)
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      epk: Record<string, string>
    }
    const zero = Buffer.alloc(32).toString('base64url')
    const p384 = (await generateKey('ES384')).publicJwk()
    const { epk } = header
    const { y: _, ...withoutY } = epk
    for (const forged of [
      { ...epk, y: epk['x'] },
      { ...epk, x: zero, y: zero },
      p384,
      { kty: 'OKP', crv: 'X25519', x: zero },
      { kty: 'EC', crv: 'P-256' },
      withoutY,
      { ...epk, x: 'AA' },
      'x',
      null,
      { ...epk, d: zero },
    ]) {
      const forgedToken = [encode({ ...header, epk: forged }), ...token.split('.').slice(1)].join('.')
      expect(await codeOf(forgedToken, key)).toMatch(/^(invalid_key|decryption_failed)$/)
    }
    const x25519 = await generateKey('ECDH-ES', { crv: 'X25519' })
    const lowOrder = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]
    for (const x of lowOrder) {
      const point = { kty: 'OKP', crv: 'X25519', x: Buffer.from(x, 'hex').toString('base64url') }
      const forgedToken = [encode({ alg: 'ECDH-ES', enc: 'A256GCM', epk: point }), ...token.split('.').slice(1)].join(
        '.',
      )
      expect(await codeOf(forgedToken, x25519)).toBe('decryption_failed')
    }
    const jwe = await encryptFlattenedJwe('x', { key })
    await expect(decryptJweJson({ ...jwe, header: { epk } }, key)).rejects.toMatchObject({ code: 'invalid_header' })
  })

  it('J14: no key for another use or operation (RFC 7517 §4.2, §4.3, AJ-35, JJ-26)', async () => {
    const { use: _, ...jwk } = (await generateKey('ECDH-ES+A128KW')).privateJwk()
    const token = await encryptJwe('x', await importKey(jwk))
    const { d: __, ...open } = jwk
    for (const [own, decrypts, encrypts] of [
      [{ use: 'enc' }, 'accepted', true],
      [{ key_ops: ['deriveKey'] }, 'accepted', true],
      [{ use: 'sig' }, 'invalid_key', false],
      [{ key_ops: ['sign'] }, 'invalid_key', false],
      [{ use: 'sig', key_ops: ['deriveKey'] }, 'invalid_key', false],
    ] as const) {
      expect(await codeOf(token, await importKey({ ...jwk, ...own }))).toBe(decrypts)
      const encrypted = encryptJwe('x', await importKey({ ...open, ...own }))
      if (encrypts) await encrypted
      else await expect(encrypted).rejects.toMatchObject({ code: 'invalid_key' })
    }
    const wrapping = (await generateKey('A128KW')).privateJwk()
    const wrapped = await encryptJwe('x', await importKey(wrapping))
    const { use: ___, ...bare } = wrapping
    expect(await codeOf(wrapped, await importKey({ ...bare, key_ops: ['unwrapKey'] }))).toBe('accepted')
    expect(await codeOf(wrapped, await importKey({ ...bare, key_ops: ['wrapKey'] }))).toBe('invalid_key')
  })

  it('J13: never two readings of a JWE, and no more of it than there may be (RFC 7516 §7.2)', async () => {
    const key = await generateKey('A256KW')
    const { recipients, ...shared } = await encryptGeneralJwe('x', [{ key }], { aad: 'y' })
    const [recipient] = recipients
    const read = (change: object) => decryptJweJson({ ...shared, recipients, ...change }, key)
    expect((await read({})).key).toBe(key)
    for (const [change, code] of [
      [{ header: {} }, 'decode_error'],
      [{ encrypted_key: 'AAAA' }, 'decode_error'],
      [{ aad: 'eQ=' }, 'decode_error'],
      [{ aad: 'e' }, 'decode_error'],
      [{ recipients: [] }, 'decode_error'],
      [{ unprotected: { alg: 'A256KW' } }, 'invalid_header'],
      [{ recipients: Array(17).fill(recipient) }, 'exceeded_size'],
    ] as const)
      await expect(read(change)).rejects.toMatchObject({ code })
    await read({ recipients: Array(16).fill(recipient) })
  })

  it('J20: no compression that only an unprotected header asks for (RFC 7516 §4.1.3)', async () => {
    const key = await generateKey('A256KW')
    const jwe = await encryptFlattenedJwe('x', { key }, { unprotected: { note: 1 } })
    const asked = { ...jwe, unprotected: { note: 1, zip: 'DEF' } }
    await expect(decryptJweJson(asked, key, { maxInflated: 99 })).rejects.toMatchObject({
      code: 'unsupported_algorithm',
    })
  })

  it('J19: no PBES2 salt under eight bytes (RFC 7518 §4.8.1.1)', async () => {
    const key = await importSecret('a password', { alg: 'PBES2-HS256+A128KW' })
    const cek = Buffer.alloc(32, 1)
    for (const [length, verdict] of [
      [7, 'decryption_failed'],
      [8, 'accepted'],
    ] as const) {
      const p2s = Buffer.alloc(length, 2)
      const salt = Buffer.concat([Buffer.from('PBES2-HS256+A128KW\0'), p2s])
      const wrap = createCipheriv(
        'id-aes128-wrap',
        pbkdf2Sync('a password', salt, 1000, 16, 'sha256'),
        Buffer.alloc(8, 0xa6),
      )
      const [, , ...rest] = direct(cek, Buffer.from('x'), {
        alg: 'PBES2-HS256+A128KW',
        p2s: p2s.toString('base64url'),
        p2c: 1000,
      }).split('.')
      const header = encode({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2s: p2s.toString('base64url'), p2c: 1000 })
      const encryptedKey = Buffer.concat([wrap.update(cek), wrap.final()]).toString('base64url')
      expect(await codeOf([header, encryptedKey, ...rest].join('.'), key)).toBe(verdict)
    }
  })

  it('J10: no crit is made, as none is understood (RFC 7516 §4.1.13)', async () => {
    const key = await generateKey('A256KW')
    const header = { crit: ['x'], x: 1 }
    await expect(encryptJwe('x', key, { header })).rejects.toMatchObject({ code: 'invalid_header' })
    await expect(encryptGeneralJwe('x', [{ key }], { header })).rejects.toMatchObject({ code: 'invalid_header' })
  })

  it('J22: no JWS where a JWE is expected, no key of one kind for the other (JJ-15)', async () => {
    const signing = await generateKey('ES256')
    const encrypting = await generateKey('ECDH-ES')
    expect(await codeOf(await signJws('x', signing), encrypting)).toBe('decode_error')
    await expect(verifyJws(await encryptJwe('x', encrypting), signing)).rejects.toMatchObject({ code: 'decode_error' })
    await expect(encryptJwe('x', signing, { alg: 'ECDH-ES' })).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(signJws('x', encrypting, { alg: 'ES256' })).rejects.toMatchObject({ code: 'invalid_key' })
    const rsa = await generateKey('RSA-OAEP')
    const token = direct(Buffer.alloc(32, 1), Buffer.from('x'), {})
    expect(await codeOf(token, rsa)).toBe('invalid_key')
    await expect(decryptJwe(token, KeySet.of(rsa), all)).rejects.toMatchObject({ code: 'key_not_found' })
  })
})
