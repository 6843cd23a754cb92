import { describe, expect, it } from 'vitest'
import { createCodeVerifier, isCodeChallenge, isCodeVerifier, s256 } from './pkce.ts'

describe('PKCE', () => {
  it('agrees with RFC 7636 appendix B', async () => {
    expect(await s256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })

  it('makes verifiers that are valid and differ (§4.1)', () => {
    const verifiers = Array.from({ length: 100 }, () => createCodeVerifier())
    expect(verifiers.every(isCodeVerifier)).toBe(true)
    expect(new Set(verifiers).size).toBe(100)
  })

  it.each([
    ['a'.repeat(42), false],
    ['a'.repeat(43), true],
    ['a'.repeat(128), true],
    ['a'.repeat(129), false],
    [`${'a'.repeat(42)}~`, true],
    [`${'a'.repeat(42)}+`, false],
    [`${'a'.repeat(43)}\n`, false],
  ])('knows whether %j is a verifier (§4.1)', (text, valid) => {
    expect(isCodeVerifier(text)).toBe(valid)
  })

  it('knows the form of a challenge (§4.2)', async () => {
    expect(isCodeChallenge(await s256('x'))).toBe(true)
    expect(isCodeChallenge(`${await s256('x')}=`)).toBe(false)
  })
})
