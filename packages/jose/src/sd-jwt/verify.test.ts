import { describe, expect, it } from 'vitest'
import { sha256Base64url } from '@authlib/core/kit'
import { decodeUnverifiedJwt, generateKey, type JoseError, type JwtClaims, signJwt } from '../index.ts'
import {
  type ClaimPath,
  issueSdJwt,
  type KeyBindingPolicy,
  presentSdJwt,
  type SdJwtPolicy,
  verifySdJwt,
} from './index.ts'

const now = 1_700_000_000
const clock = () => now
const issuer = await generateKey('ES256')
const holder = await generateKey('ES256')
const policy: SdJwtPolicy = { clock, issuer: 'https://issuer.example' }
const claims = {
  iss: 'https://issuer.example',
  exp: now + 3600,
  sub: 'user_42',
  given_name: 'John',
  email: 'john@example.com',
  address: { street: '123 Main St', country: 'US' },
  nationalities: ['US', 'DE'],
}
const disclosable: ClaimPath[] = [
  ['given_name'],
  ['email'],
  ['address'],
  ['address', 'street'],
  ['nationalities', 0],
  ['nationalities', 1],
]
const binding = { key: holder, audience: 'https://verifier.example', nonce: 'n-1', clock }
const bindingPolicy: SdJwtPolicy = { ...policy, keyBinding: { audience: binding.audience, nonce: 'n-1' } }

const issue = () => issueSdJwt(claims, issuer, { disclosable, holderKey: holder.publicJwk(), typ: 'example+sd-jwt' })
const revealed = async (presentation: string) => {
  const { claims: read } = await verifySdJwt(presentation, issuer, policy)
  const { iss: _, exp: __, cnf: ___, ...rest } = read
  return rest
}

/** An SD-JWT around a payload of any form. */
async function forge(payload: object, ...disclosures: unknown[]): Promise<string> {
  const encoded = disclosures.map((item) => Buffer.from(JSON.stringify(item)).toString('base64url'))
  return [await signJwt({ iss: claims.iss, exp: claims.exp, ...payload }, issuer), ...encoded, ''].join('~')
}
const digestOf = (disclosure: unknown) => sha256Base64url(Buffer.from(JSON.stringify(disclosure)).toString('base64url'))

describe('selective disclosure', () => {
  it('hashes a disclosure as the specification prints it (RFC 9901 §4.2.3)', async () => {
    const encoded = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0'
    const token = await signJwt(
      { exp: claims.exp, iss: claims.iss, _sd: ['X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0'] },
      issuer,
    )
    expect(await revealed(`${token}~${encoded}~`)).toEqual({ family_name: 'Möbius' })
  })

  it('shows nothing, something or everything, as the holder chooses (RFC 9901 §7.1)', async () => {
    const sdJwt = await issue()
    const show = async (disclose: ClaimPath[]) => revealed(await presentSdJwt(sdJwt, { disclose }))
    expect(await show([])).toEqual({ sub: 'user_42', nationalities: [] })
    expect(await show([['given_name']])).toEqual({ sub: 'user_42', given_name: 'John', nationalities: [] })
    expect(await show([['address']])).toEqual({ sub: 'user_42', address: { country: 'US' }, nationalities: [] })
    expect(
      await show([
        ['address', 'street'],
        ['nationalities', 1],
      ]),
    ).toEqual({ sub: 'user_42', address: claims.address, nationalities: ['DE'] })
    const { iss: _, exp: __, ...all } = claims
    expect(await revealed(sdJwt)).toEqual(all)
  })

  it('leaves no trace of what is kept back', async () => {
    const [token = ''] = (await issue()).split('~')
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    for (const secret of ['John', 'given_name', 'email', 'street', 'DE']) expect(payload).not.toContain(`"${secret}"`)
    const { _sd } = JSON.parse(payload) as { _sd: string[] }
    expect(_sd).toEqual(_sd.toSorted())
    expect(new Set([...(await issue()).split('~').slice(1, -1), ...(await issue()).split('~').slice(1, -1)]).size).toBe(
      12,
    )
  })

  it('hides how many claims there are behind decoys (RFC 9901 §4.2.5)', async () => {
    const sdJwt = await issueSdJwt(claims, issuer, { disclosable: [['email']], decoys: 5 })
    const { _sd } = JSON.parse(Buffer.from(sdJwt.split('.')[1] ?? '', 'base64url').toString()) as { _sd: string[] }
    expect(_sd).toHaveLength(6)
    expect(await revealed(sdJwt)).toMatchObject({ email: claims.email })
  })

  it('keeps visible what says whether the token is valid (RFC 9901 §9.7)', async () => {
    for (const path of [
      ['exp'],
      ['iss'],
      ['cnf'],
      [],
      ['absent'],
      ['address', 'zip'],
      ['nationalities', 2],
    ] as ClaimPath[]) {
      await expect(issueSdJwt(claims, issuer, { disclosable: [path] })).rejects.toBeInstanceOf(TypeError)
    }
    await expect(issueSdJwt({ ...claims, x: { _sd: [] } }, issuer, { disclosable })).rejects.toBeInstanceOf(TypeError)
    const sdJwt = await issue()
    await expect(verifySdJwt(sdJwt, issuer, { ...policy, clock: () => claims.exp })).rejects.toMatchObject({
      code: 'expired_token',
    })
    await expect(verifySdJwt(sdJwt, issuer, { ...policy, typ: 'other+sd-jwt' })).rejects.toMatchObject({
      code: 'invalid_header',
    })
    await expect(verifySdJwt(sdJwt, holder, policy)).rejects.toMatchObject({ code: 'bad_signature' })
  })

  it('has salts of 128 bits, and digests in an order that tells nothing (RFC 9901 §4.2.4.1, §9.3)', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `claim${index}`)
    const hidden = Object.fromEntries(names.map((name) => [name, 1]))
    const text = await issueSdJwt(hidden, issuer, { disclosable: names.map((name) => [name]) })
    const [token = '', ...rest] = text.split('~').slice(0, -1)
    const salts = rest.map((item) => (JSON.parse(Buffer.from(item, 'base64url').toString()) as string[])[0] ?? '')
    expect(new Set(salts).size).toBe(names.length)
    for (const salt of salts) expect(Buffer.from(salt, 'base64url')).toHaveLength(16)
    const digests = decodeUnverifiedJwt(token).claims['_sd'] as string[]
    expect(digests).toEqual(digests.toSorted())
  })

  it('refuses disclosures that do not fit (RFC 9901 §7.1 steps 3 to 5)', async () => {
    const named = ['salt', 'role', 'admin']
    const digest = await digestOf(named)
    const element = ['salt', 'DE']
    const cases = [
      await forge({}, named),
      await forge({ _sd: [digest, digest] }, named),
      await forge({ _sd: ['decoy', 'decoy'] }),
      await forge({ _sd: ['decoy'], list: [{ '...': 'decoy' }] }),
      await forge({ _sd: [digest], a: { _sd: [digest] } }, named),
      await forge({ _sd: [digest] }, named, named),
      await forge({ _sd: [digest], role: 'user' }, named),
      await forge({ _sd: 'x' }),
      await forge({ _sd: [1] }),
      await forge({ list: [{ '...': digest }] }, named),
      await forge({ _sd: [await digestOf(element)] }, element),
      await forge({ _sd: [digest], _sd_alg: 'md5' }, named),
      await forge({ a: { '...': digest } }),
      await forge({ '...': digest }),
      await forge({ list: [{ '...': digest, other: 1 }] }, named),
      await forge({ _sd: [await digestOf(['s', '_sd_alg', 'md5'])], _sd_alg: 'sha-256' }, ['s', '_sd_alg', 'md5']),
    ]
    for (const bad of [['salt', '_sd', []], ['salt', '...', 1], ['salt'], ['s', 'n', 1, 2], [1, 'n', 1], {}, 'x'])
      cases.push(await forge({ _sd: [await digestOf(bad)] }, bad))
    const nested: unknown[][] = [['salt', 'a', 1]]
    while (nested.length < 40) nested.push(['salt', 'a', { _sd: [await digestOf(nested.at(-1))] }]) // deeper than JSON may be
    cases.push(await forge({ _sd: [await digestOf(nested.at(-1))] }, ...nested))
    for (const presentation of cases)
      await expect(verifySdJwt(presentation, issuer, policy)).rejects.toMatchObject({ code: 'decode_error' })
    for (const text of ['', 'a.b.c', '~', `${await issue()}~~`, undefined]) {
      await expect(verifySdJwt(text!, issuer, policy)).rejects.toMatchObject({ name: 'JoseError' })
    }
    const deep = await forge({ _sd: [await digestOf(['s', '__proto__', { admin: true }])] }, [
      's',
      '__proto__',
      { admin: true },
    ])
    expect(((await verifySdJwt(deep, issuer, policy)).claims as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('sizes', () => {
  it('are limited before anything is decoded, by the policy where it says so', async () => {
    const sdJwt = await issue()
    const verify = (text: string, maxSize?: number) =>
      verifySdJwt(text, issuer, { ...policy, ...(maxSize !== undefined && { maxSize }) })
    expect((await verify(sdJwt, sdJwt.length)).claims.sub).toBe('user_42')
    const large = await issueSdJwt({ ...claims, x: 'x'.repeat(240_000) }, issuer, { disclosable })
    expect((await verify(large, 400_000)).claims.sub).toBe('user_42')
    const many = `${await forge({})}${'AA~'.repeat(257)}`
    for (const refused of [verify(sdJwt, sdJwt.length - 1), verify(large), verify(many)])
      await expect(refused).rejects.toMatchObject({ code: 'exceeded_size' })
  })
})

describe('keys of holders', () => {
  it('are published as their public half, never whole (RFC 9901 §4.1.2)', async () => {
    for (const holderKey of [holder.privateJwk(), { kty: 'oct', k: 'AAAA' }])
      await expect(issueSdJwt(claims, issuer, { disclosable, holderKey })).rejects.toMatchObject({
        code: 'invalid_key',
      })
    const secret = await generateKey('HS256')
    for (const key of [holder, secret]) {
      const token = await signJwt({ iss: claims.iss, exp: claims.exp, cnf: { jwk: key.privateJwk() } }, issuer)
      const presentation = await presentSdJwt(`${token}~`, { disclose: [], keyBinding: { ...binding, key } })
      const keyBinding = { ...bindingPolicy.keyBinding!, algorithms: ['ES256', 'HS256'] }
      await expect(verifySdJwt(presentation, issuer, { ...policy, keyBinding })).rejects.toMatchObject({
        code: 'invalid_key',
      })
    }
  })
})

describe('key binding', () => {
  it('needs someone and something to be bound to: a setting that was forgotten lets no one in', async () => {
    const presentation = await presentSdJwt(await issue(), { disclose: [], keyBinding: binding })
    for (const missing of [{ audience: undefined }, { nonce: undefined }, { audience: '' }, { nonce: '' }]) {
      const keyBinding = { ...bindingPolicy.keyBinding!, ...missing } as KeyBindingPolicy
      await expect(verifySdJwt(presentation, issuer, { ...policy, keyBinding })).rejects.toBeInstanceOf(TypeError)
    }
    const { cnf } = (await verifySdJwt(presentation, issuer, policy)).claims
    const open = await signJwt({ iss: claims.iss, exp: claims.exp, cnf }, issuer)
    const proof = await signJwt({ iat: now, nonce: 'undefined', sd_hash: await sha256Base64url(`${open}~`) }, holder, {
      typ: 'kb+jwt',
      lifetime: null,
    })
    const keyBinding = { nonce: 'undefined' } as KeyBindingPolicy
    await expect(verifySdJwt(`${open}~${proof}`, issuer, { ...policy, keyBinding })).rejects.toBeInstanceOf(TypeError)
  })

  it('proves that the holder presents it, to one verifier, for one nonce (RFC 9901 §7.3)', async () => {
    const presentation = await presentSdJwt(await issue(), { disclose: [['email']], keyBinding: binding })
    const { claims: read, holderKey } = await verifySdJwt(presentation, issuer, bindingPolicy)
    expect(read['email']).toBe(claims.email)
    expect(holderKey?.publicJwk()).toMatchObject({ x: holder.publicJwk().x })
  })

  it('is for one verifier, not for a list of them (RFC 9901 §4.3)', async () => {
    const bare = await presentSdJwt(await issue(), { disclose: [] })
    const proof = { iat: now, aud: [binding.audience], nonce: binding.nonce, sd_hash: await sha256Base64url(bare) }
    const presentation = bare + (await signJwt(proof, holder, { typ: 'kb+jwt', lifetime: null }))
    await expect(verifySdJwt(presentation, issuer, bindingPolicy)).rejects.toMatchObject({ claim: 'aud' })
  })

  it('comes from no issuer: what has one is not presented again (RFC 9901 §7.2)', async () => {
    const presentation = await presentSdJwt(await issue(), { disclose: [], keyBinding: binding })
    await expect(presentSdJwt(presentation, { disclose: [] })).rejects.toMatchObject({ code: 'decode_error' })
  })

  it('is demanded when the policy says so, and fits this presentation only', async () => {
    const sdJwt = await issue()
    const full = await presentSdJwt(sdJwt, { disclose: [['email'], ['given_name']], keyBinding: binding })
    const proof = full.slice(full.lastIndexOf('~') + 1)
    const bare = await presentSdJwt(sdJwt, { disclose: [['email']] })
    const codeOf = (presentation: string, more: Partial<SdJwtPolicy> = {}) =>
      verifySdJwt(presentation, issuer, { ...bindingPolicy, ...more }).then(
        () => 'accepted',
        (error: unknown) => {
          const { code, claim } = error as JoseError // whatever else it is has no code
          return `${code} ${claim ?? ''}`.trim()
        },
      )
    expect(await codeOf(full)).toBe('accepted')
    expect(await codeOf(bare)).toBe('decode_error')
    expect(await codeOf(bare + proof)).toBe('invalid_claim sd_hash')
    expect(await codeOf(full, { keyBinding: { audience: binding.audience, nonce: 'n-2' } })).toBe('invalid_claim nonce')
    expect(await codeOf(full, { keyBinding: { audience: 'https://other.example', nonce: 'n-1' } })).toBe(
      'invalid_claim aud',
    )
    expect(await codeOf(full, { clock: () => now + 306 })).toBe('expired_token iat')
    const thief = await presentSdJwt(sdJwt, { disclose: [], keyBinding: { ...binding, key: issuer } })
    expect(await codeOf(thief)).toBe('bad_signature')
    const unbound = await issueSdJwt(claims, issuer, { disclosable: [] })
    expect(await codeOf(await presentSdJwt(unbound, { disclose: [], keyBinding: binding }))).toBe('missing_claim cnf')
    const asToken = await signJwt({ ...(claims as JwtClaims), nonce: 'n-1' }, holder, { lifetime: null })
    expect(await codeOf(bare + asToken)).toBe('invalid_header')
  })
})
