import { constantTimeEqual, memoryStore, NEVER, randomToken } from '@authlib/core'
import {
  createSealer,
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  hmacSha256,
  importHmacKey,
  sha256Base64url,
} from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'

const SECRET = 'a secret of at least 32 characters'

describe('@authlib/core', () => {
  it('computes the S256 challenge of RFC 7636 appendix B', async () => {
    const challenge = await sha256Base64url('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
    expect(challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
  })

  it('computes the HMAC of RFC 7515 appendix A.1', async () => {
    const key = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
    const text =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
    const mac = await hmacSha256(await importHmacKey(decodeBase64url(key)), text)
    expect(encodeBase64url(mac)).toBe('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
  })

  it('opens what it sealed, and nothing else', async () => {
    const sealer = createSealer({ secrets: [SECRET], label: 'smoke' })
    const sealed = await sealer.seal('text', 'context')
    const opened = await sealer.open(sealed, 'context')
    expect(opened && decodeUtf8(opened)).toBe('text')
    expect(await sealer.open(sealed, 'another')).toBeNull()
    expect(await createSealer({ secrets: [SECRET], label: 'other' }).open(sealed, 'context')).toBeNull()
  })

  it('makes random tokens of 256 bits and compares them', () => {
    const token = randomToken()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(constantTimeEqual(token, token)).toBe(true)
    expect(constantTimeEqual(token, randomToken())).toBe(false)
  })

  it('lets one of two guarded batches win', async () => {
    const store = memoryStore()
    const record = { kind: 'thing', id: '1', partition: 'p', revision: 1, expiresAt: NEVER, data: {} }
    const expectation = { kind: 'thing', id: '1', revision: 0 }
    const batch = { partition: 'p', now: 1, expect: [expectation], put: [record], remove: [] }
    const outcome = await Promise.all([store.commit(batch), store.commit(batch)])
    expect(outcome.sort()).toEqual([false, true])
    expect(await store.get('p', [['thing', '1']])).toMatchObject([{ id: '1', revision: 1 }])
  })
})
