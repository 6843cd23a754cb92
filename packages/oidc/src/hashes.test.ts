import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { halfHash } from './hashes.ts'

const text = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'

describe('the half hash', () => {
  it.each([
    ['at_hash', text, '77QmUPtjPfzWtF2AnpK9RQ'],
    ['c_hash', 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk', 'LDktKdoQak3Pk0cnXxCltA'],
  ])('is that of the example: %s (Core §A.6)', async (_name, value, expected) => {
    expect(await halfHash(value, 'RS256')).toBe(expected)
  })

  it.each([
    ['HS256', undefined, 'sha256'],
    ['ES256', 'P-256', 'sha256'],
    ['ES256K', 'secp256k1', 'sha256'],
    ['ES384', 'P-384', 'sha384'],
    ['PS384', undefined, 'sha384'],
    ['RS512', undefined, 'sha512'],
    ['ES512', 'P-521', 'sha512'],
    ['EdDSA', 'Ed25519', 'sha512'],
    ['EdDSA', undefined, 'sha512'],
    ['Ed25519', 'Ed25519', 'sha512'],
  ])('uses the hash of the signature: %s with %s is %s (Core §3.1.3.6, D-14, X-16, PJ-25)', async (alg, crv, hash) => {
    const digest = createHash(hash).update(text).digest()
    expect(await halfHash(text, alg, crv)).toBe(digest.subarray(0, digest.length / 2).toString('base64url'))
  })

  it.each([
    ['Ed448', undefined, 114],
    ['EdDSA', 'Ed448', 114],
    ['ML-DSA-65', undefined, 64],
  ])('of %s with %s is SHAKE256 where the runtime has it, and a clear error elsewhere', async (alg, crv, length) => {
    const digest = createHash('shake256', { outputLength: length }).update(text).digest()
    const outcome = await halfHash(text, alg, crv).catch((error: unknown) => (error as { code: string }).code)
    expect([digest.subarray(0, length / 2).toString('base64url'), 'unsupported_algorithm']).toContain(outcome)
  })

  it.each(['none', 'HS1', 'toString', ''])('is refused for the algorithm %j (CVE-2026-28498)', async (alg) => {
    await expect(halfHash(text, alg)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })
})
