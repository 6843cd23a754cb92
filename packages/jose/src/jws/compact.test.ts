import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  decodeUnverifiedJws,
  generateKey,
  type GeneralJws,
  type JwsHeader,
  KeySet,
  signFlattenedJws,
  signGeneralJws,
  signJws,
  verifyJws,
  verifyJwsJson,
  sign,
} from '../index.ts'

const text = 'Paid: 20 € to “Bob”.'
const utf8 = encodeUtf8(text)
const key = await generateKey('ES256')
const other = await generateKey('Ed25519')
const keys = KeySet.of(key, other)
const encode = (value: unknown) => encodeBase64url(encodeUtf8(JSON.stringify(value)))

async function withHeader(header: Record<string, unknown>, payload = 'aGk'): Promise<string> {
  const input = `${encode(header)}.${payload}`
  return `${input}.${await sign(key, 'ES256', input)}`
}

describe('compact serialization', () => {
  it('carries a detached payload elsewhere (RFC 7515 Appendix F)', async () => {
    const token = await signJws(text, key, { detached: true })
    expect(token).toMatch(/^[\w-]+\.\.[\w-]+$/)
    expect((await verifyJws(token, key, { payload: text })).payload).toEqual(utf8)
    await expect(verifyJws(token, key)).rejects.toMatchObject({ code: 'bad_signature' })
    await expect(verifyJws(token, key, { payload: `${text} ` })).rejects.toMatchObject({ code: 'bad_signature' })
    const attached = await signJws(text, key)
    await expect(verifyJws(attached, key, { payload: text })).rejects.toMatchObject({ code: 'decode_error' })
  })

  it('signs an unencoded payload (RFC 7797 §5.2, JJ-06)', async () => {
    const token = await signJws('plain text', key, { unencoded: true })
    expect(token.split('.')[1]).toBe('plain text')
    const { header, payload } = await verifyJws(token, key)
    expect(header).toMatchObject({ b64: false, crit: ['b64'] })
    expect(payload).toEqual(encodeUtf8('plain text'))
    for (const bad of [text, 'a.b', 'a\nb'])
      await expect(signJws(bad, key, { unencoded: true })).rejects.toBeInstanceOf(TypeError)
    for (const bad of [text, utf8]) {
      const detached = await signJws(bad, key, { unencoded: true, detached: true })
      expect((await verifyJws(detached, key, { payload: bad })).payload).toEqual(utf8)
    }
  })

  it('limits detached payloads too', async () => {
    const payload = 'x'.repeat(2000)
    const token = await signJws(payload, key, { detached: true })
    await expect(verifyJws(token, key, { payload, maxSize: 1000 })).rejects.toMatchObject({ code: 'exceeded_size' })
    await expect(verifyJws(await signJws(payload, key), key, { maxSize: 1000 })).rejects.toMatchObject({
      code: 'exceeded_size',
    })
  })

  it('accepts a critical parameter only from a caller who understands it (RFC 7515 §4.1.11, AJ-07, PJ-07)', async () => {
    const token = await signJws(text, key, { header: { crit: ['exp'], exp: 1 } })
    await expect(verifyJws(token, key)).rejects.toMatchObject({ code: 'unsupported_critical_header' })
    expect((await verifyJws(token, key, { crit: ['exp'] })).header['exp']).toBe(1)
    for (const header of [{ crit: ['exp'] }, { crit: [] }, { crit: ['alg'] }, { crit: ['exp', 'exp'], exp: 1 }]) {
      await expect(signJws(text, key, { header })).rejects.toMatchObject({ code: 'invalid_header' })
    }
  })

  it.each([{ b64: false }, { b64: 'false', crit: ['b64'] }, { b64: 0, crit: ['b64'] }, { b64: null, crit: ['b64'] }])(
    'refuses the header %j (RFC 7797 §6, JJ-06)',
    async (header) => {
      await expect(verifyJws(await withHeader({ alg: 'ES256', ...header }), key)).rejects.toMatchObject({
        code: 'invalid_header',
      })
    },
  )

  it('shows what is not verified only under a name that says so', async () => {
    const { header, payload } = decodeUnverifiedJws(await signJws(text, key))
    expect(header.kid).toBe(key.kid)
    expect(payload).toEqual(utf8)
  })
})

describe('JSON serializations', () => {
  it('carry one signature flattened (RFC 7515 §7.2.2, AJ-03, JJ-03)', async () => {
    const jws = await signFlattenedJws(text, { key, unprotected: { note: 'n' } })
    expect(Object.keys(jws).toSorted()).toEqual(['header', 'payload', 'protected', 'signature'])
    const { payload, signatures } = await verifyJwsJson(jws, keys)
    expect(payload).toEqual(utf8)
    expect(signatures).toEqual([
      { key, header: { alg: 'ES256', kid: key.kid, note: 'n' }, protectedHeader: { alg: 'ES256', kid: key.kid } },
    ])
  })

  it('carry several signatures, all of which must hold unless fewer are asked for (RFC 7515 §7.2.1)', async () => {
    const jws = await signGeneralJws(text, [{ key }, { key: other }])
    expect((await verifyJwsJson(jws, keys)).signatures.map((item) => item.key)).toEqual([key, other])
    const [first, second] = jws.signatures
    const broken = { ...jws, signatures: [first, { ...second, signature: first?.signature }] } as GeneralJws
    await expect(verifyJwsJson(broken, keys)).rejects.toMatchObject({ code: 'bad_signature' })
    expect((await verifyJwsJson(broken, keys, { signatures: 1 })).signatures.map((item) => item.key)).toEqual([key])
    await expect(verifyJwsJson(broken, keys, { signatures: 2 })).rejects.toMatchObject({ code: 'bad_signature' })
    await expect(verifyJwsJson(jws, keys, { signatures: 0 })).rejects.toBeInstanceOf(TypeError)
    await expect(verifyJwsJson(jws, KeySet.of(key))).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('may be detached and unencoded as well (RFC 7797 §4.2, JJ-06)', async () => {
    const inline = await signGeneralJws(text, [{ key }, { key: other }], { unencoded: true })
    expect(inline.payload).toBe(text)
    expect((await verifyJwsJson(inline, keys)).payload).toEqual(utf8)
    const detached = await signFlattenedJws(text, { key }, { detached: true })
    expect('payload' in detached).toBe(false)
    expect((await verifyJwsJson(detached, keys, { payload: utf8 })).payload).toEqual(utf8)
    await expect(verifyJwsJson(detached, keys)).rejects.toMatchObject({ code: 'decode_error' })
  })

  it('take alg and kid from the unprotected header where nothing is protected (RFC 7520 §4.7)', async () => {
    const input = '.aGk'
    const jws = { payload: 'aGk', header: { alg: 'ES256', kid: key.kid }, signature: await sign(key, 'ES256', input) }
    expect((await verifyJwsJson(jws, keys)).signatures[0]?.protectedHeader).toEqual({})
  })

  it('never let the unprotected header override the protected one (AJ-06, JJ-03)', async () => {
    const jws = await signFlattenedJws(text, { key })
    await expect(verifyJwsJson({ ...jws, header: { alg: 'none' } }, keys)).rejects.toMatchObject({
      code: 'invalid_header',
    })
    await expect(verifyJwsJson({ ...jws, header: { kid: 'x' } }, keys)).rejects.toMatchObject({
      code: 'invalid_header',
    })
    const unprotected: Partial<JwsHeader> = { kid: 'x' }
    for (const header of [{ kid: 'y' }, {}]) {
      // the key brings one too
      await expect(signFlattenedJws(text, { key, header, unprotected })).rejects.toMatchObject({
        code: 'invalid_header',
      })
    }
  })

  it('of one JWS agree about b64 (RFC 7797 §3)', async () => {
    const plain = await signFlattenedJws('aGk', { key }, { unencoded: true })
    const { payload, ...encoded } = await signFlattenedJws('hi', { key })
    expect(payload).toBe(plain.payload)
    const mixed = {
      payload: 'aGk',
      signatures: [{ protected: plain.protected, signature: plain.signature }, encoded],
    } as GeneralJws
    await expect(verifyJwsJson(mixed, keys)).rejects.toMatchObject({ code: 'decode_error' })
  })
})
