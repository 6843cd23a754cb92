import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeUtf8 } from '@authlib/core/kit'
import { expect, it } from 'vitest'
import { describeWith, vectors } from '../../../../test/support/needs.ts'
import {
  decryptJwe,
  decryption,
  decryptJweJson,
  type FlattenedJwe,
  type FlattenedJws,
  type GeneralJwe,
  type GeneralJws,
  importKey,
  importSecret,
  type Jwk,
  jweAlgorithms,
  jwkThumbprint,
  jwsAlgorithms,
  type Key,
  KeySet,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
  weakRsa1_5,
  sign,
} from '../index.ts'

// RFC 7520 as JSON, https://github.com/ietf-jose/cookbook

interface Signing {
  readonly 'sig-input': string
  readonly sig: string
}
interface Example {
  readonly title: string
  readonly input: { payload?: string; plaintext?: string; key?: Jwk | Jwk[]; pwd?: string; alg: string | string[] }
  readonly signing?: Signing | Signing[]
  readonly output: { compact?: string; json?: unknown; json_flat?: unknown }
}

function examplesIn(folder: string): Example[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Example)
}

async function keysOf({ key, pwd, alg }: Example['input']): Promise<Key | KeySet> {
  if (pwd !== undefined) return importSecret(pwd)
  return Array.isArray(key)
    ? KeySet.from({ keys: key })
    : importKey(key!, { ...(key?.alg === undefined && { alg: String(alg) }), implementations: [weakRsa1_5] })
}

describeWith(vectors, 'the JOSE cookbook', (folder) => {
  const examples = (subfolder: string) => examplesIn(join(folder, 'jose-cookbook', subfolder))
  const cookbook = [...examples('jws'), ...examples('curve25519').filter(({ input }) => 'payload' in input)]
  const signed = [...cookbook, ...examples('rfc7797')]
  it.each(readdirSync(join(folder, 'jose-cookbook/jwk')))('reads and writes the key %s (RFC 7520 §3)', async (name) => {
    const jwk = JSON.parse(readFileSync(join(folder, 'jose-cookbook/jwk', name), 'utf8')) as Jwk
    const key = await importKey(jwk)
    expect(key.isPrivate ? key.privateJwk() : key.publicJwk()).toEqual(jwk)
    if (key.kty !== 'oct') expect(await jwkThumbprint(key.publicJwk())).toBe(await jwkThumbprint(jwk))
  })

  it.each(signed)('verifies "$title" (RFC 7520 §4)', async ({ title, input, output: { compact, json, json_flat } }) => {
    const keys = await keysOf(input)
    const expected = encodeUtf8(input.payload ?? '')
    if (title === "'b64'=false JSON only") {
      // the header as encoded there lacks the crit that RFC 7797 §6 demands
      await expect(verifyJwsJson(json as GeneralJws, keys)).rejects.toMatchObject({ code: 'invalid_header' })
      return
    }
    const isDetached = compact?.includes('..') === true || (json !== undefined && !('payload' in (json as GeneralJws)))
    const options = { algorithms: jwsAlgorithms, ...(isDetached && { payload: expected }) }
    if (compact !== undefined) expect((await verifyJws(compact, keys, options)).payload).toEqual(expected)
    for (const form of [json, json_flat]) {
      if (form !== undefined)
        expect((await verifyJwsJson(form as FlattenedJws, keys, options)).payload).toEqual(expected)
    }
  })

  const repeatable = cookbook.filter(({ input: { alg } }) => /^(?:HS|RS)\d+$|^EdDSA$/.test(String(alg)))
  it.each(repeatable)('signs "$title" (RFC 7520 §4)', async ({ input, signing }) => {
    const key = (await keysOf(input)) as Key // several keys sign by ECDSA too, never twice the same
    const { sig, 'sig-input': content } = signing as Signing
    expect(await sign(key, String(input.alg), content)).toBe(sig)
  })

  const encrypted = [...examples('jwe'), ...examples('curve25519').filter(({ input }) => 'plaintext' in input)]
  it.each(encrypted)('decrypts "$title" (RFC 7520 §5)', async ({ input, output: { compact, json, json_flat } }) => {
    const keys = await keysOf(input)
    const options = { algorithms: jweAlgorithms, maxInflated: 10_000 }
    const expected = encodeUtf8(input.plaintext ?? '')
    if (input.alg === 'RSA1_5') {
      await expect(decryptJwe(compact ?? '', keys, options)).rejects.toMatchObject({ code: 'unsupported_algorithm' }) // by policy
      return
    }
    if (compact !== undefined) expect((await decryptJwe(compact, keys, options)).plaintext).toEqual(expected)
    for (const form of [json, json_flat]) {
      if (form !== undefined)
        expect((await decryptJweJson(form as FlattenedJwe | GeneralJwe, keys, options)).plaintext).toEqual(expected)
    }
  })

  it('decrypts and verifies what is nested (RFC 7520 §6)', async () => {
    const text = readFileSync(join(folder, 'jose-cookbook/6.nesting_signatures_and_encryption.json'), 'utf8')
    const { sign, encrypt } = JSON.parse(text) as Record<'sign' | 'encrypt', Example>
    const keys = decryption(await keysOf(encrypt.input), { algorithms: [String(encrypt.input.alg)] })
    const { claims } = await verifyJwt(encrypt.output.compact ?? '', await keysOf(sign.input), {
      algorithms: ['PS256'],
      decryption: keys,
      clock: () => 1_300_819_379,
    })
    expect(claims).toEqual(JSON.parse(sign.input.payload ?? ''))
  })
})
