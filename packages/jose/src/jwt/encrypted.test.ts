import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  decryption,
  decryptJwt,
  encryptJwe,
  encryptJwt,
  generateKey,
  importKey,
  type JwtClaims,
  signJws,
  signJwt,
  type StandardSchema,
  verifyJwt,
} from '../index.ts'

const now = 1_700_000_000
const signing = await generateKey('ES256')
const encrypting = await generateKey('ECDH-ES+A128KW')
const publicKey = await importKey(encrypting.publicJwk())
const policy = { clock: () => now, decryption: decryption(encrypting) }
const claims: JwtClaims = { sub: 'u', exp: now + 60 }

describe('a nested token (RFC 7519 §11.2)', () => {
  it('is signed, then encrypted, and read in the reverse order (AJ-42)', async () => {
    const token = await encryptJwt(await signJwt(claims, signing, { lifetime: null }), publicKey)
    expect((await verifyJwt(token, signing, policy)).claims).toEqual(claims)
  })

  it('J22: must be encrypted when the policy says so, and signed inside', async () => {
    const signed = await signJwt(claims, signing, { lifetime: null })
    await expect(verifyJwt(signed, signing, policy)).rejects.toMatchObject({ code: 'decode_error' })
    await expect(
      verifyJwt(await encryptJwt(signed, publicKey), signing, { clock: policy.clock }),
    ).rejects.toMatchObject({ code: 'decode_error' })
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const inner of [
      `${encode({ alg: 'none' })}.${encode(claims)}.`,
      JSON.stringify(claims),
      await encryptJwt(signed, publicKey),
      `\uFEFF${signed}`,
    ]) {
      await expect(verifyJwt(await encryptJwt(inner, publicKey), signing, policy)).rejects.toMatchObject({
        name: 'JoseError',
      })
    }
    await expect(verifyJwt(await encryptJwe(signed, publicKey), signing, policy)).rejects.toMatchObject({
      code: 'decode_error',
    })
  })
})

describe('encrypted claims', () => {
  it('are checked like signed ones', async () => {
    const shared = await generateKey('A256GCM')
    const token = await encryptJwt(claims, shared)
    expect((await decryptJwt(token, shared, { clock: () => now, typ: 'JWT' })).claims).toEqual(claims)
    await expect(decryptJwt(token, shared, { clock: () => now + 60 })).rejects.toMatchObject({ code: 'expired_token' })
    for (const typ of ['at+jwt', ['at+jwt']])
      await expect(decryptJwt(token, shared, { clock: () => now, typ })).rejects.toMatchObject({
        code: 'invalid_header',
      })
    for (const payload of ['[]', 'x', new Uint8Array([0xff])]) {
      await expect(decryptJwt(await encryptJwe(payload, shared), shared, {})).rejects.toMatchObject({
        code: 'invalid_payload',
      })
    }
  })
})

it('a token that is encrypted may have 65,536 characters, or as many as one says', async () => {
  const shared = await generateKey('A256GCM')
  const long = { ...claims, x: 'x'.repeat(50_000) }
  const opened = { clock: () => now, maxSize: 99_999 }
  for (const token of [
    await encryptJwt(long, shared),
    await encryptJwt(await signJwt(long, signing, { lifetime: null }), shared),
  ]) {
    expect(token.length).toBeGreaterThan(65_536)
    await expect(decryptJwt(token, shared, { clock: () => now })).rejects.toMatchObject({ code: 'exceeded_size' })
    await expect(verifyJwt(token, signing, { ...opened, decryption: decryption(shared) })).rejects.toMatchObject({
      code: 'exceeded_size',
    })
  }
  await decryptJwt(await encryptJwt(long, shared), shared, opened)
  await decryptJwt(await encryptJwt(long, shared), shared, { clock: () => now }, { maxSize: 99_999 })
  const nested = await encryptJwt(await signJwt(long, signing, { lifetime: null }), shared)
  await verifyJwt(nested, signing, { ...opened, decryption: decryption(shared, { maxSize: 99_999 }) })
})

describe('a schema', () => {
  const schema: StandardSchema<{ sub: string; level: number }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        const { sub, level } = value as JwtClaims
        if (typeof level !== 'string')
          return { issues: [{ message: `bad ${String(level)}`, path: ['level', { key: 0 }] }] }
        return { value: { sub: String(sub), level: Number(level) } }
      },
    },
  }

  it('types and transforms the claims (Standard Schema)', async () => {
    const { claims: typed } = await verifyJwt(
      await signJwt({ ...claims, level: '3' }, signing, { lifetime: null }),
      signing,
      {
        clock: () => now,
        schema,
      },
    )
    expectTypeOf(typed).toEqualTypeOf<{ sub: string; level: number }>()
    expect(typed).toEqual({ sub: 'u', level: 3 })
  })

  it('says where it does not fit, but not what was there', async () => {
    const token = await signJwt({ ...claims, level: 77 }, signing, { lifetime: null })
    const error: unknown = await verifyJwt(token, signing, { clock: () => now, schema }).catch(
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({ code: 'invalid_payload', reason: 'level.0' })
  })

  it('does not make up for a signature', async () => {
    const other = await generateKey('ES256')
    const token = await signJws(JSON.stringify({ ...claims, level: '3' }), other)
    await expect(verifyJwt(token, signing, { clock: () => now, schema })).rejects.toMatchObject({
      code: 'bad_signature',
    })
  })
})
