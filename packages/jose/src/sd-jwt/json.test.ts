import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sha256Base64url } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  type FlattenedJws,
  generateKey,
  type GeneralJws,
  importKey,
  type Jwk,
  type JwsSignature,
  type JwsSigner,
  KeySet,
  signFlattenedJws,
  signGeneralJws,
} from '../index.ts'
import { sign } from '../keys/sign.ts'
import {
  type ClaimPath,
  issueFlattenedSdJwt,
  issueGeneralSdJwt,
  issueSdJwt,
  presentSdJwt,
  presentSdJwtJson,
  type SdJwtJsonPolicy,
  verifySdJwt,
  verifySdJwtJson,
} from './index.ts'

const now = 1_700_000_000
const clock = () => now
const issuer = await generateKey('ES256')
const second = await generateKey('Ed25519')
const stranger = await generateKey('ES256')
const holder = await generateKey('ES256')
const keys = KeySet.of(issuer, second)
const claims = {
  iss: 'https://issuer.example',
  exp: now + 3600,
  sub: 'user_42',
  given_name: 'John',
  email: 'john@example.com',
  address: { street: 'Main St', country: 'UK' },
  nationalities: ['US', 'DE'],
}
const disclosable: ClaimPath[] = [['given_name'], ['email'], ['address'], ['address', 'street'], ['nationalities', 0]]
const options = { disclosable, holderKey: holder.publicJwk(), typ: 'example+sd-jwt' }
const binding = { key: holder, audience: 'https://verifier.example', nonce: 'n-1', clock }
const policy: SdJwtJsonPolicy = { clock, issuer: claims.iss, typ: 'example+sd-jwt' }
const bound: SdJwtJsonPolicy = { ...policy, keyBinding: { audience: binding.audience, nonce: binding.nonce } }

const issueFlattened = (signer: Partial<JwsSigner> = {}) =>
  issueFlattenedSdJwt(claims, { key: issuer, ...signer }, options)
const issueGeneral = (...signers: JwsSigner[]) =>
  issueGeneralSdJwt(claims, signers.length === 0 ? [{ key: issuer }, { key: second }] : signers, options)
const wanted = { disclose: [['email'], ['address', 'street']], keyBinding: binding }
const presentFlattened = async () => presentSdJwtJson(await issueFlattened(), wanted)
const presentGeneral = async () => presentSdJwtJson(await issueGeneral(), wanted)

const disclosuresIn = ({ header }: JwsSignature) => header?.['disclosures'] as string[]
const proofIn = ({ header }: JwsSignature) => header?.['kb_jwt'] as string

/** As RFC 9901 §8.1 has it: put together here by other means than those under test. */
function compactOf({ payload = '', protected: encoded = '', signature, header = {} }: FlattenedJws): string {
  const { disclosures, kb_jwt: proof = '' } = header as { disclosures: string[]; kb_jwt?: string }
  return `${encoded}.${payload}.${signature}~${disclosures.map((text) => `${text}~`).join('')}${proof}`
}

const withHeader = (jws: FlattenedJws, header: object): FlattenedJws => ({
  ...jws,
  header: { ...jws.header, ...header },
})

/** The first, and how it looks with other members, and the rest. */
const withSignatures = ({ payload = '' }: GeneralJws, ...signatures: object[]) =>
  ({ payload, signatures }) as unknown as GeneralJws

const decode = (encoded = '') => JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Record<string, unknown>

describe('an SD-JWT in JSON, as issued', () => {
  it('is an object of RFC 7515 §7.2 with its disclosures in the unprotected header (RFC 9901 §8.1)', async () => {
    const flattened = await issueFlattened({ unprotected: { note: 'n' } })
    expect(Object.keys(flattened).toSorted()).toEqual(['header', 'payload', 'protected', 'signature'])
    expect(decode(flattened.protected)).toEqual({ alg: 'ES256', typ: 'example+sd-jwt', kid: issuer.kid })
    expect(flattened.header).toEqual({ note: 'n', disclosures: expect.any(Array) as unknown })
    expect(disclosuresIn(flattened)).toHaveLength(disclosable.length)
    const general = await issueGeneral()
    expect(Object.keys(general).toSorted()).toEqual(['payload', 'signatures'])
    for (const disclosure of disclosuresIn(flattened)) expect(decode(disclosure)[0]).toEqual(expect.any(String))
    expect((await verifySdJwtJson(flattened, issuer, policy)).claims).toMatchObject(claims)
    expect((await verifySdJwtJson(general, keys, policy)).claims).toMatchObject(claims)
  })

  it('has them in the first unprotected header and in no other (RFC 9901 §8.3)', async () => {
    const { signatures } = await issueGeneral({ key: issuer }, { key: second, unprotected: { note: 'n' } })
    expect(signatures.map(({ header }) => Object.keys(header ?? {}))).toEqual([['disclosures'], ['note']])
    for (const { protected: encoded } of signatures) expect(decode(encoded)['typ']).toBe('example+sd-jwt')
  })

  it('takes the options of the compact one, but what a signer says', async () => {
    const { kid: _, ...nameless } = issuer.privateJwk()
    const key = await importKey(nameless)
    const flattened = await issueFlattenedSdJwt(
      { given_name: 'John' },
      { key, alg: 'ES256', header: { cty: 'x' }, unprotected: { kid: 'k' } },
      { disclosable: [['given_name']], decoys: 2, lifetime: 60, clock, typ: null },
    )
    expect(decode(flattened.protected)).toEqual({ alg: 'ES256', cty: 'x' })
    expect(decode(flattened.payload)).toEqual({
      _sd: [expect.any(String), expect.any(String), expect.any(String)] as unknown,
      _sd_alg: 'sha-256',
      iat: now,
      exp: now + 60,
    })
    expect(decode((await issueFlattenedSdJwt({}, { key: issuer }, { disclosable: [] })).protected)['typ']).toBe('JWT')
    const bare = await issueFlattenedSdJwt({}, { key: issuer }, { disclosable: [], lifetime: 60, clock })
    expect(bare.header).toEqual({ disclosures: [] })
  })

  it('leaves disclosures and kb_jwt to no one else, and has a signer', async () => {
    for (const name of ['disclosures', 'kb_jwt']) {
      for (const where of ['header', 'unprotected']) {
        const signer = { key: second, [where]: { [name]: [] } }
        await expect(issueFlattened(signer)).rejects.toBeInstanceOf(TypeError)
        await expect(issueGeneral({ key: issuer }, signer)).rejects.toBeInstanceOf(TypeError)
      }
    }
    await expect(issueGeneralSdJwt(claims, [], options)).rejects.toBeInstanceOf(TypeError)
    const nowhere = { disclosable: [['absent']] }
    await expect(issueFlattenedSdJwt(claims, { key: issuer }, nowhere)).rejects.toBeInstanceOf(TypeError)
    await expect(issueFlattened({ header: { b64: false } })).rejects.toBeInstanceOf(TypeError) // RFC 7797 §7
    await expect(issueFlattened({ unprotected: { typ: 'x' } })).rejects.toMatchObject({ code: 'invalid_header' })
  })
})

describe('an SD-JWT in JSON, as presented', () => {
  it('keeps its form, shows what was chosen and hides the rest (RFC 9901 §7.2)', async () => {
    const signers = [
      { key: issuer, unprotected: { note: 'n' } },
      { key: second, unprotected: { note: 'm' } },
    ]
    const general = await issueGeneral(...signers)
    const flattened = await issueFlattened()
    const shown = await presentSdJwtJson(general, { disclose: [['email']] })
    expect(disclosuresIn(shown.signatures[0]!).map((text) => decode(text)[2])).toEqual([claims.email])
    expect(shown.signatures.map(({ header }) => header?.['note'])).toEqual(['n', 'm'])
    expect({ ...shown, signatures: shown.signatures.map(({ header: _, ...rest }) => rest) }).toEqual({
      ...general,
      signatures: general.signatures.map(({ header: _, ...rest }) => rest),
    })
    expect(JSON.stringify(await presentSdJwtJson(flattened, { disclose: [] }))).not.toContain('WyJ')
    const { claims: read } = await verifySdJwtJson(
      await presentSdJwtJson(flattened, { disclose: [['address', 'street']] }),
      issuer,
      policy,
    )
    expect(read).toMatchObject({ address: claims.address, nationalities: ['DE'] })
    expect(read).not.toHaveProperty('email')
  })

  it('has kb_jwt in an SD-JWT+KB, and only there (RFC 9901 §8.1)', async () => {
    const flattened = await issueFlattened()
    expect('kb_jwt' in flattened.header!).toBe(false)
    expect('kb_jwt' in (await presentSdJwtJson(flattened, { disclose: [] })).header!).toBe(false)
    expect(decodeUnverifiedJwt(proofIn(await presentSdJwtJson(flattened, wanted))).header.typ).toBe('kb+jwt')
    const { signatures } = await presentGeneral()
    expect(signatures.map(({ header = {} }) => 'kb_jwt' in header)).toEqual([true, false]) // §8.3
  })

  it('is bound by the digest of its compact form (RFC 9901 §8.1, §4.3.1)', async () => {
    const flattened = await presentFlattened()
    const compact = compactOf(flattened)
    const signed = compact.slice(0, compact.lastIndexOf('~') + 1)
    expect(decodeUnverifiedJwt(proofIn(flattened)).claims['sd_hash']).toBe(await sha256Base64url(signed))
    expect((await verifySdJwt(compact, issuer, bound)).claims).toMatchObject({ email: claims.email })
    const { payload = '', signatures } = await presentGeneral()
    expect(await verifySdJwt(compactOf({ payload, ...signatures[0]! }), issuer, bound)).toHaveProperty('holderKey')
  })

  it('is not bound once more, nor read from elsewhere than the first signature (RFC 9901 §7.2, §8.3)', async () => {
    const present = (sdJwt: GeneralJws) => presentSdJwtJson(sdJwt, { disclose: [] })
    const general = await issueGeneral()
    const [first, other] = general.signatures as [JwsSignature, JwsSignature]
    for (const refused of [
      await presentSdJwtJson(general, wanted),
      withSignatures(general, other, first),
      null as never,
    ])
      await expect(present(refused)).rejects.toMatchObject({ code: 'decode_error' })
  })
})

describe('a presentation in JSON', () => {
  it('reveals what the compact one of the same SD-JWT does, bound or not (RFC 9901 §8.4)', async () => {
    const compact = await issueSdJwt(claims, issuer, options)
    for (const keyBinding of [{}, { keyBinding: binding }]) {
      const presentation = await presentSdJwt(compact, { disclose: [['email'], ['address']], ...keyBinding })
      const [token = '', ...disclosures] = presentation.split('~')
      const proof = disclosures.pop()!
      const [encoded = '', payload = '', signature = ''] = token.split('.')
      const header = { disclosures, ...(proof !== '' && { kb_jwt: proof }) }
      const flattened = { payload, protected: encoded, signature, header }
      const either = proof === '' ? policy : bound
      const { signatures, ...verified } = await verifySdJwtJson(flattened, issuer, either)
      const { header: protectedHeader, key, ...expected } = await verifySdJwt(presentation, issuer, either)
      expect(verified).toEqual(expected)
      expect(signatures).toEqual([{ header: protectedHeader, protectedHeader, key }])
    }
  })

  it('holds as another implementation made it: flattened, general, bound', async () => {
    const file = new URL('../../vectors/sd-jwt-core.json', import.meta.url)
    const theirs = JSON.parse(readFileSync(file, 'utf8')) as {
      keys: Record<'first' | 'second', Jwk>
      flattened: Record<'issued' | 'presented', FlattenedJws>
      general: GeneralJws
    }
    const { flattened, general } = theirs
    const one = await importKey(theirs.keys.first, { alg: 'ES256', kid: 'first' })
    const both = KeySet.of(one, await importKey(theirs.keys.second, { alg: 'ES256', kid: 'second' }))
    const shown = { address: claims.address, email: 'ada@example.com', nationalities: ['FR'] }
    const whole = { ...shown, given_name: 'Ada', nationalities: ['UK', 'FR'] }
    expect((await verifySdJwtJson(flattened.issued, one, policy)).claims).toMatchObject(whole)
    for (const presentation of [flattened.presented, general]) {
      const { claims: read, holderKey } = await verifySdJwtJson(presentation, both, bound)
      expect(read).toMatchObject(shown)
      expect(read).not.toHaveProperty('given_name')
      expect(holderKey?.kty).toBe('EC')
    }
    const again = await presentSdJwtJson(flattened.issued, { disclose: [['email']] })
    expect((await verifySdJwtJson(again, one, policy)).claims['email']).toBe(shown.email)
    const named = general.signatures.map(({ header }) => header?.['kid'])
    expect((await verifySdJwtJson(general, both, bound)).signatures.map(({ key }) => key.kid)).toEqual(named)
  })

  it('may say other things in its unprotected headers, which prove nothing (RFC 9901 §8.1)', async () => {
    const flattened = await presentFlattened()
    const { signatures, claims: read } = await verifySdJwtJson(withHeader(flattened, { x: 1 }), issuer, bound)
    expect(signatures[0]?.header).toEqual({ alg: 'ES256', typ: options.typ, kid: issuer.kid, x: 1 })
    expect(signatures[0]?.protectedHeader).not.toHaveProperty('x')
    expect(read).not.toHaveProperty('x')
    const untyped = await issueFlattenedSdJwt(claims, { key: issuer }, { ...options, typ: null })
    const renamed = withHeader(untyped, { typ: options.typ })
    await expect(verifySdJwtJson(renamed, issuer, policy)).rejects.toMatchObject({ code: 'invalid_header' })
    const { typ: _, ...anyType } = policy
    expect((await verifySdJwtJson(renamed, issuer, anyType)).claims).toMatchObject(claims)
    const seen: unknown[] = []
    const validate: SdJwtJsonPolicy['validate'] = (__, header) => seen.push(header) > 0
    await verifySdJwtJson(withHeader(await issueFlattened(), { x: 1 }), issuer, { ...policy, validate })
    expect(seen).toEqual([{ alg: 'ES256', typ: options.typ, kid: issuer.kid }])
  })

  it('finds its key by the kid of either header', async () => {
    const { kid: _, ...nameless } = issuer.privateJwk()
    const key = await importKey(nameless, { alg: 'ES256' })
    const named = await importKey(nameless, { alg: 'ES256', kid: 'k' })
    const flattened = await issueFlattened({ key, unprotected: { kid: 'k' } })
    const set = KeySet.of(named, stranger)
    expect((await verifySdJwtJson(await presentSdJwtJson(flattened, wanted), set, bound)).signatures[0]?.key).toBe(
      named,
    )
    await expect(verifySdJwtJson(withHeader(flattened, { kid: stranger.kid }), set, policy)).rejects.toMatchObject({
      code: 'bad_signature',
    })
  })

  it('holds when all signatures do, or as many as the policy wants, of whichever keys (RFC 7515 §7.2.1)', async () => {
    const general = await presentSdJwtJson(
      await issueGeneral({ key: stranger }, { key: issuer }, { key: second }),
      wanted,
    )
    const verify = (count: 'all' | number) => verifySdJwtJson(general, keys, { ...bound, signatures: count })
    const { signatures, claims: read, holderKey } = await verify(2)
    expect(signatures.map(({ key }) => key)).toEqual([issuer, second])
    expect(read).toMatchObject({ email: claims.email, address: claims.address })
    expect(holderKey?.publicJwk().x).toBe(holder.publicJwk().x)
    await expect(verify('all')).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(verifySdJwtJson(general, keys, bound)).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(verify(3)).rejects.toMatchObject({ code: 'bad_signature' })
    await expect(verify(0)).rejects.toBeInstanceOf(TypeError)
    const twice = await issueGeneral({ key: issuer }, { key: issuer })
    await expect(verifySdJwtJson(twice, keys, { ...policy, signatures: 2 })).rejects.toMatchObject({
      code: 'bad_signature',
    })
  })

  it('is of the demanded type under every signature that counts (RFC 9901 §9.11)', async () => {
    const mixed = await issueGeneral({ key: issuer }, { key: second, header: { typ: 'other+jwt' } })
    for (const signatures of ['all', 1, 2] as const) {
      await expect(verifySdJwtJson(mixed, keys, { ...policy, signatures })).rejects.toMatchObject({
        code: 'invalid_header',
      })
    }
    const validate: SdJwtJsonPolicy['validate'] = (_, { typ }) => typ !== 'other+jwt'
    const { typ: _, ...anyType } = policy
    expect(await verifySdJwtJson(mixed, keys, anyType)).toHaveProperty('claims')
    await expect(verifySdJwtJson(mixed, keys, { ...anyType, validate })).rejects.toMatchObject({
      code: 'invalid_claim',
    })
  })

  it('is held to the policy for claims', async () => {
    const general = await issueGeneral()
    const refused: [Partial<SdJwtJsonPolicy>, object][] = [
      [{ clock: () => claims.exp }, { code: 'expired_token' }],
      [{ issuer: 'https://other.example' }, { claim: 'iss' }],
      [{ required: ['phone'] }, { claim: 'phone' }],
      [{ algorithms: ['ES256'] }, { code: 'unsupported_algorithm' }],
      [{ maxSize: 500 }, { code: 'exceeded_size' }],
    ]
    for (const [more, error] of refused)
      await expect(verifySdJwtJson(general, keys, { ...policy, ...more })).rejects.toMatchObject(error)
    await expect(verifySdJwtJson(general, stranger, policy)).rejects.toMatchObject({ code: 'bad_signature' })
    await expect(verifySdJwtJson(general, undefined as never, policy)).rejects.toBeInstanceOf(TypeError)
  })
})

describe('key binding in JSON', () => {
  it('is demanded when the policy says so, and fits this presentation only (RFC 9901 §7.3, §8.4)', async () => {
    const issued = await issueFlattened()
    const shown = await presentSdJwtJson(issued, wanted)
    expect(await verifySdJwtJson(shown, issuer, bound)).toHaveProperty('holderKey')
    const refused: [FlattenedJws, object][] = [
      [await presentSdJwtJson(issued, { disclose: [['email']] }), { code: 'decode_error' }],
      [
        withHeader(shown, { disclosures: disclosuresIn(shown).filter((text) => decode(text)[1] !== 'email') }),
        { claim: 'sd_hash' },
      ],
      [withHeader(shown, { disclosures: disclosuresIn(shown).toReversed() }), { claim: 'sd_hash' }],
      [withHeader(shown, { disclosures: disclosuresIn(issued) }), { claim: 'sd_hash' }],
      [withHeader(await issueFlattened(), { kb_jwt: proofIn(shown) }), { claim: 'sd_hash' }],
      [
        await presentSdJwtJson(issued, { disclose: [], keyBinding: { ...binding, key: stranger } }),
        { code: 'bad_signature' },
      ],
      [await presentSdJwtJson(issued, { disclose: [], keyBinding: { ...binding, nonce: 'n-2' } }), { claim: 'nonce' }],
      [
        await presentSdJwtJson(issued, { disclose: [], keyBinding: { ...binding, audience: 'https://x.example' } }),
        { claim: 'aud' },
      ],
    ]
    for (const [presentation, error] of refused)
      await expect(verifySdJwtJson(presentation, issuer, bound)).rejects.toMatchObject(error)
    const forgotten = { ...bound, keyBinding: { audience: '', nonce: '' } }
    await expect(verifySdJwtJson(shown, issuer, forgotten)).rejects.toBeInstanceOf(TypeError)
  })

  it('is about the first signature: another order is another presentation (RFC 9901 §8.1, §8.3)', async () => {
    const shown = await presentGeneral()
    const [{ header = {}, ...first }, other] = shown.signatures as [JwsSignature, JwsSignature]
    expect(await verifySdJwtJson(shown, keys, bound)).toHaveProperty('holderKey')
    const reordered = withSignatures(shown, { ...other, header }, first)
    expect((await verifySdJwtJson(reordered, keys, policy)).signatures).toHaveLength(2)
    await expect(verifySdJwtJson(reordered, keys, bound)).rejects.toMatchObject({ claim: 'sd_hash' })
  })
})

describe('what is no SD-JWT in JSON', () => {
  it('has disclosures or kb_jwt of another type', async () => {
    const shown = await presentFlattened()
    const general = await presentGeneral()
    const [text = ''] = disclosuresIn(shown)
    const [first, other] = general.signatures as [JwsSignature, JwsSignature]
    const headers: object[] = [
      ...[null, text, {}, 1, { 0: text, length: 1 }].map((disclosures) => ({ disclosures })),
      ...[1, null, {}, [text], '', '~'].map((item) => ({ disclosures: [...disclosuresIn(shown), item] })),
      { disclosures: [text, text] },
      { disclosures: [`${text}~${disclosuresIn(shown)[1]}`] },
      { disclosures: [Buffer.from('["salt","role","admin"]').toString('base64url')] },
      ...[null, 1, '', {}, [proofIn(shown)], true].map((proof) => ({ kb_jwt: proof })),
      { kb_jwt: `${text}~${proofIn(shown)}` },
    ]
    for (const header of headers) {
      await expect(verifySdJwtJson(withHeader(shown, header), issuer, policy)).rejects.toMatchObject({
        code: 'decode_error',
      })
      const broken = withSignatures(general, { ...first, header: { ...first.header, ...header } }, other)
      await expect(verifySdJwtJson(broken, keys, policy)).rejects.toMatchObject({ code: 'decode_error' })
      const bare = withHeader(shown, header).header!
      if (!('kb_jwt' in header)) delete (bare as { kb_jwt?: string }).kb_jwt
      const issued = { ...shown, header: bare }
      await expect(presentSdJwtJson(issued, { disclose: [] })).rejects.toMatchObject({ code: 'decode_error' })
    }
  })

  it('has them after the first unprotected header (RFC 9901 §8.3)', async () => {
    const general = await presentGeneral()
    const [first, other] = general.signatures as [JwsSignature, JwsSignature]
    const { header, ...bare } = first
    const elsewhere = [
      [bare, { ...other, header }],
      [first, { ...other, header: { disclosures: [] } }],
      [first, { ...other, header: { kb_jwt: proofIn(first) } }],
      [first, { ...other, header: { kb_jwt: null } }],
    ]
    for (const signatures of elsewhere) {
      const one = { ...policy, signatures: 1 }
      await expect(verifySdJwtJson(withSignatures(general, ...signatures), keys, one)).rejects.toMatchObject({
        code: 'decode_error',
      })
    }
  })

  it('has them where they are signed, or in both headers (RFC 9901 §8.1, RFC 7515 §7.2.1)', async () => {
    const { payload = '', header: { disclosures } = {} } = await issueFlattened()
    const content = Buffer.from(payload, 'base64url').toString()
    for (const [name, value] of Object.entries({ disclosures, kb_jwt: 'a.b.c' })) {
      const signer = { key: issuer, header: { typ: options.typ, [name]: value } }
      const signed = await signFlattenedJws(content, signer)
      for (const header of [{}, { disclosures }, { disclosures, [name]: value }]) {
        await expect(verifySdJwtJson({ ...signed, header }, issuer, policy)).rejects.toMatchObject({
          code: 'invalid_header',
        })
      }
      const { signatures } = await signGeneralJws(content, [{ key: second, header: { typ: options.typ } }, signer])
      const [first, other] = signatures as [JwsSignature, JwsSignature]
      const general = { payload, signatures: [{ ...first, header: { disclosures } }, other] }
      await expect(verifySdJwtJson(general, keys, policy)).rejects.toMatchObject({ code: 'invalid_header' })
    }
    const twice = withHeader(await issueFlattened(), { kid: issuer.kid })
    await expect(verifySdJwtJson(twice, issuer, policy)).rejects.toMatchObject({ code: 'invalid_header' })
  })

  it('protects no algorithm, or says what must be protected beside it (RFC 9901 §8.1)', async () => {
    const { payload = '', header = {} } = await issueFlattened()
    const open = { ...header, alg: 'ES256', kid: issuer.kid }
    const { typ: _, ...anyType } = policy
    for (const encoded of [undefined, Buffer.from('{"typ":"example+sd-jwt"}').toString('base64url')]) {
      const signature = await sign(issuer, 'ES256', `${encoded ?? ''}.${payload}`)
      const jws = { payload, signature, header: open, ...(encoded !== undefined && { protected: encoded }) }
      await expect(verifySdJwtJson(jws, issuer, anyType)).rejects.toMatchObject({ code: 'invalid_header' })
    }
    const flattened = await issueFlattened()
    for (const more of [{ crit: ['x'], x: 1 }, { b64: true }, { alg: 'none' }, { typ: 'x' }]) {
      await expect(verifySdJwtJson(withHeader(flattened, more), issuer, policy)).rejects.toMatchObject({
        code: 'invalid_header',
      })
    }
  })

  it('is detached, unencoded, or in two forms at once (RFC 7515 §7.2, RFC 7797 §7)', async () => {
    const { payload: content, ...detached } = await issueFlattened()
    const general = await issueGeneral()
    const unencoded = await signFlattenedJws('{}', { key: issuer, header: { typ: options.typ } }, { unencoded: true })
    const broken: unknown[] = [
      detached,
      { ...detached, payload: 1 },
      { ...detached, payload: `${content}~` },
      unencoded,
      { ...general, ...detached },
      { payload: content, signatures: [] },
      { payload: content },
      { ...detached, payload: content, header: [] },
      { ...detached, payload: content, protected: 1 },
      'text',
      null,
      [],
    ]
    for (const json of broken)
      await expect(verifySdJwtJson(json as never, issuer, policy)).rejects.toMatchObject({ code: 'decode_error' })
    const empty = { disclosures: [], kb_jwt: undefined }
    const own = JSON.parse('{"__proto__":{"disclosures":[1],"kb_jwt":1}}') as object
    for (const header of [empty, own, {}]) {
      const bare = { ...detached, payload: content!, header } as FlattenedJws
      const { claims: read } = await verifySdJwtJson(bare, issuer, policy)
      expect(read).not.toHaveProperty('email')
    }
  })

  it('hides a disclosure in a signature that need not hold, for the sake of sd_hash (RFC 9901 §9.10)', async () => {
    const general = await presentGeneral()
    const [first, other] = general.signatures as [JwsSignature, JwsSignature]
    const [shown, ...rest] = disclosuresIn(first)
    const cut = { ...first, signature: `${first.signature}~${shown}`, header: { ...first.header, disclosures: rest } }
    const verify = (sdJwt: GeneralJws) => verifySdJwtJson(sdJwt, keys, { ...bound, signatures: 1 })
    expect(await verify(general)).toHaveProperty('holderKey')
    await expect(verify(withSignatures(general, cut, other))).rejects.toMatchObject({ code: 'decode_error' })
  })

  it('is larger than the policy allows, or than anyone needs', async () => {
    const large = await issueFlattenedSdJwt({ ...claims, x: 'x'.repeat(240_000) }, { key: issuer }, options)
    expect(await verifySdJwtJson(large, issuer, { ...policy, maxSize: 400_000 })).toHaveProperty('claims')
    const flattened = await issueFlattened()
    const general = await issueGeneral()
    const [text = ''] = disclosuresIn(flattened)
    const [first, other] = general.signatures as [JwsSignature, JwsSignature]
    const huge: unknown[] = [
      large,
      withHeader(flattened, { disclosures: Array.from({ length: 257 }, (_, i) => `${text}${i}`) }),
      withHeader(flattened, { disclosures: Array.from({ length: 1_000_000 }, () => text) }),
      withHeader(flattened, { disclosures: ['A'.repeat(131_072)] }),
      withHeader(flattened, { kb_jwt: 'A'.repeat(131_072) }),
      { ...flattened, payload: 'A'.repeat(131_073) },
      { ...flattened, signature: 'A'.repeat(131_073) },
      withSignatures(general, first, ...Array.from({ length: 16 }, () => other)),
      withSignatures(general, first, { ...other, signature: 'A'.repeat(131_073) }),
    ]
    for (const json of huge)
      await expect(verifySdJwtJson(json as never, keys, policy)).rejects.toMatchObject({ code: 'exceeded_size' })
  })
})
