import { describe, expect, it } from 'vitest'
import {
  decryptAnyJwe,
  encryptFlattenedJwe,
  encryptGeneralJwe,
  encryptJwe,
  generateKey,
  inspectUnverified,
  signFlattenedJws,
  signGeneralJws,
  signJws,
  verifyAnyJws,
} from './index.ts'

const key = await generateKey('ES256')
const other = await generateKey('Ed25519')
const wrapping = await generateKey('A256KW', { kid: 'w' })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const jws = {
  compact: await signJws('hello', key),
  flattened: await signFlattenedJws('hello', { key }),
  general: await signGeneralJws('hello', [{ key }]),
}
const jwe = {
  compact: await encryptJwe('hello', wrapping),
  flattened: await encryptFlattenedJwe('hello', { key: wrapping }),
  general: await encryptGeneralJwe('hello', [{ key: wrapping }]),
}

describe.each(['compact', 'flattened', 'general'] as const)('a token in %s form', (form) => {
  it('AJ-05: is verified or decrypted as what it is, from object or text (RFC 7515 §7, RFC 7516 §7)', async () => {
    for (const token of [jws[form], asText(jws[form])]) {
      const { payload, signatures } = await verifyAnyJws(token, key)
      expect(text(payload)).toBe('hello')
      expect(signatures).toMatchObject([{ header: { alg: 'ES256' }, protectedHeader: { alg: 'ES256' }, key }])
      await expect(verifyAnyJws(token, other)).rejects.toMatchObject({ code: 'invalid_key' })
    }
    for (const token of [jwe[form], asText(jwe[form])]) {
      expect(text((await decryptAnyJwe(token, wrapping)).plaintext)).toBe('hello')
    }
  })

  it('PJ-05, JJ-02: is looked at before anything is verified, to choose what to verify with (RFC 7516 §9)', () => {
    expect(inspectUnverified(jws[form])).toEqual({
      kind: 'jws',
      serialization: form,
      headers: [{ alg: 'ES256', kid: key.kid }],
    })
    expect(inspectUnverified(asText(jwe[form]))).toMatchObject({
      kind: 'jwe',
      serialization: form,
      headers: [{ alg: 'A256KW', enc: 'A256GCM', kid: 'w' }],
    })
  })
})

it('shows the header of every signature', async () => {
  const { headers } = inspectUnverified(await signGeneralJws('hello', [{ key }, { key: other }]))
  expect(headers.map(({ alg }) => alg)).toEqual(['ES256', 'Ed25519'])
})

it('counts the one signature of a compact token where more are asked for', async () => {
  await verifyAnyJws(jws.compact, key, { signatures: 1 })
  await expect(verifyAnyJws(jws.compact, key, { signatures: 2 })).rejects.toMatchObject({ code: 'bad_signature' })
  await expect(verifyAnyJws(jws.compact, key, { signatures: 0 })).rejects.toThrow(TypeError)
})

it('PJ-05: refuses a header that cannot be right, even for a look', () => {
  const compact = (header: object) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.AA`
  for (const [header, code] of [
    [{}, 'missing_algorithm'],
    [{ alg: 'ES256', kid: 1 }, 'invalid_header'],
    [{ alg: 'ES256', jku: 1 }, 'invalid_header'],
    [{ alg: 'ES256', jwk: 'x' }, 'invalid_header'],
    [{ alg: 'ES256', x5c: 'x' }, 'invalid_header'],
    [{ alg: 'ES256', x5c: [1] }, 'invalid_header'],
    [{ alg: 'ES256', 'x5t#S256': null }, 'invalid_header'],
    [{ alg: 'ES256', crit: ['exp'], exp: 1 }, 'unsupported_critical_header'],
  ] as const) {
    expect(() => inspectUnverified(compact(header))).toThrow(expect.objectContaining({ code }))
  }
})

it.each(['', 'x', 'a.b', 'a.b.c.d', 'a.b.c.d.e.f', '{', '{}', '[]', null, 1, [], {}])('refuses %j', async (token) => {
  const error = expect.objectContaining({ code: 'decode_error' }) as unknown
  expect(() => inspectUnverified(token as string)).toThrow(error)
  await expect(verifyAnyJws(token as string, key)).rejects.toEqual(error)
  await expect(decryptAnyJwe(token as string, wrapping)).rejects.toEqual(error)
})

it('JJ-09: limits a string before it is parsed', async () => {
  const long = `{"payload":"${'A'.repeat(300_000)}"`
  const error = expect.objectContaining({ code: 'exceeded_size' }) as unknown
  expect(() => inspectUnverified(long)).toThrow(error)
  await expect(verifyAnyJws(long, key)).rejects.toEqual(error)
  await expect(decryptAnyJwe(long, wrapping, { maxSize: 9 })).rejects.toEqual(error)
})

function asText(token: string | object): string {
  return typeof token === 'string' ? token : JSON.stringify(token)
}
