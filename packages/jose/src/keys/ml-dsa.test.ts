import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import {
  exportPrivatePem,
  exportPublicPem,
  generateKey,
  importKey,
  type Jwk,
  jwkThumbprint,
  KeySet,
  signJws,
  verifyJws,
  sign,
} from '../index.ts'

/** Of the appendix of RFC 9964. */
const vectors = JSON.parse(readFileSync(new URL('../../vectors/ml-dsa.json', import.meta.url), 'utf8')) as Record<
  string,
  { key: Jwk; token: string }
>
const payload = encodeUtf8('It’s a dangerous business, Frodo, going out your door.')
const sizes = { 'ML-DSA-44': 1312, 'ML-DSA-65': 1952, 'ML-DSA-87': 2592 }

describe.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const)('%s', (alg) => {
  const { key: jwk, token } = vectors[alg]!
  const { priv: _, ...publicJwk } = jwk

  it('verifies the example of RFC 9964 Appendix A.1, or is unsupported by name', async () => {
    const verified = verifyJws(token, await importKey(publicJwk))
    if (missingAlgorithms.includes(alg)) {
      await expect(verified).rejects.toMatchObject({ code: 'unsupported_algorithm' })
      await expect(sign(await importKey(jwk), alg, 'x')).rejects.toMatchObject({ code: 'unsupported_algorithm' })
      await expect(generateKey(alg)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
      return
    }
    expect((await verified).payload).toEqual(payload)
    const flipped = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`
    await expect(verifyJws(flipped, await importKey(jwk))).rejects.toMatchObject({ code: 'bad_signature' })
    const other = await generateKey(alg, { kid: jwk.kid! })
    await expect(verifyJws(token, other)).rejects.toMatchObject({ code: 'bad_signature' })
    const key = await importKey(jwk)
    expect((await verifyJws(await signJws('x', key), KeySet.from({ keys: [publicJwk] }))).payload).toEqual(
      encodeUtf8('x'),
    )
    const mixed = await importKey({ ...other.publicJwk(), priv: jwk.priv! })
    await expect(sign(mixed, alg, 'x')).rejects.toMatchObject({ code: 'invalid_key' }) // RFC 9964 §7.4
  })

  it('has a thumbprint of alg, kty and pub (RFC 9964 §6)', async () => {
    expect(await jwkThumbprint(jwk)).toBe(jwk.kid)
  })

  it('has keys of exactly the members and lengths of RFC 9964 §3 to §5', async () => {
    const key = await importKey(jwk)
    expect(key.isPrivate).toBe(true)
    expect(key.publicJwk()).toEqual(publicJwk)
    expect(JSON.stringify(key)).not.toContain(jwk.priv)
    expect(key.privateJwk()).toEqual(jwk)
    const bytes = (length: number): string => Buffer.alloc(length).toString('base64url')
    const { alg: _alg, ...withoutAlg } = jwk
    const broken = [
      withoutAlg,
      { ...jwk, alg: 'ES256' },
      { ...jwk, alg: 'ml-dsa-44' },
      { ...jwk, alg: alg === 'ML-DSA-44' ? 'ML-DSA-65' : 'ML-DSA-44' },
      { ...jwk, pub: bytes(sizes[alg] - 1) },
      { ...jwk, pub: bytes(sizes[alg] + 1) },
      { ...jwk, priv: bytes(31) },
      { ...jwk, priv: bytes(2560) },
      { ...jwk, kty: 'OKP' },
    ]
    for (const bad of broken) await expect(importKey(bad as Jwk)).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(importKey(jwk, { alg: 'ES256' })).rejects.toMatchObject({ code: 'invalid_key' })
    expect(key.supports(alg === 'ML-DSA-44' ? 'ML-DSA-65' : 'ML-DSA-44', 'verify')).toBe(false)
  })

  it('comes and goes as PKCS#8 and SPKI, with the seed (RFC 9881 §4, §6)', async () => {
    const key = await importKey(jwk)
    const pem = await exportPrivatePem(key)
    if (missingAlgorithms.includes(alg)) {
      await expect(importKey(pem)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    } else {
      const { kid: _kid, ...material } = jwk
      expect((await importKey(pem)).privateJwk()).toEqual(material)
      const theirs = createPrivateKey(pem)
      const both = theirs.export({ type: 'pkcs8', format: 'pem' }) as string // with the expanded key: its default
      for (const form of [both, theirs]) expect((await importKey(form)).privateJwk()).toEqual(material)
      const open = createPublicKey(theirs).export({ type: 'spki', format: 'pem' }) as string
      expect(open.replaceAll(/\s/g, '')).toBe(exportPublicPem(key).replaceAll(/\s/g, ''))
      const pair = await crypto.subtle.generateKey({ name: alg }, true, ['sign', 'verify'])
      const made = await importKey(pair)
      expect((await verifyJws(await signJws('x', made), made)).header.alg).toBe(alg)
    }
    expect((await importKey(exportPublicPem(key))).publicJwk()).toEqual({ kty: 'AKP', alg, pub: jwk.pub })
    await expect(exportPrivatePem(key, { format: 'pkcs1' })).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(exportPrivatePem(key, { format: 'sec1' })).rejects.toMatchObject({ code: 'invalid_key' })
  })
})
