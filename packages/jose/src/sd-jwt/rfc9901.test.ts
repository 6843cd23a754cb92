import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decodeUnverifiedJwt,
  type FlattenedJws,
  generateKey,
  type GeneralJws,
  importKey,
  type Jwk,
  type JwsSignature,
  type JwtClaims,
  signJwt,
} from '../index.ts'
import { readDisclosure } from './disclosure.ts'
import { presentSdJwt, presentSdJwtJson, verifySdJwt, verifySdJwtJson } from './index.ts'

interface Token {
  readonly sdJwt: string
  readonly claims: JwtClaims
}

/** Taken from the text of the RFC; each test names its section. */
const rfc = JSON.parse(readFileSync(new URL('../../vectors/rfc9901.json', import.meta.url), 'utf8')) as {
  'A.5': Jwk
  disclosures: Record<string, string>
  tokens: Record<string, Token>
  address: object
  addresses: Record<string, { payload: JwtClaims; disclosures: string[] }>
  decoys: string[]
  json: { '8.2 issued': FlattenedJws; '8.2': FlattenedJws; '8.3': GeneralJws }
}
const issuer = await importKey(rfc['A.5'], { alg: 'ES256' })
const binding = { audience: 'https://verifier.example.org', nonce: '1234567890' }

/** Verifies with the key binding that is there, at the time it was made. */
function verify(sdJwt: string): ReturnType<typeof verifySdJwt> {
  const proof = sdJwt.slice(sdJwt.lastIndexOf('~') + 1)
  const { iat = 1_700_000_000 } = proof === '' ? {} : decodeUnverifiedJwt(proof).claims
  const policy = { clock: () => iat, expiryOptional: true } // A.4 has other words for it
  return verifySdJwt(sdJwt, issuer, { ...policy, ...(proof !== '' && { keyBinding: binding }) })
}

describe('RFC 9901', () => {
  it.each(Object.entries(rfc.tokens))('verifies the SD-JWT of §%s', async (_, { sdJwt, claims }) => {
    expect((await verify(sdJwt)).claims).toEqual(claims)
  })

  it('has key bindings in §5.2 and A.3 that fit nothing else (RFC 9901 §7.3)', async () => {
    for (const section of ['5.2', 'A.3']) {
      const { sdJwt } = rfc.tokens[section]!
      expect((await verify(sdJwt)).holderKey?.kty).toBe('EC')
      const parts = sdJwt.split('~')
      await expect(verify(parts.toSpliced(-2, 1).join('~'))).rejects.toMatchObject({ claim: 'sd_hash' })
      await expect(verify(parts.toSpliced(1, 0, parts[1]!).join('~'))).rejects.toMatchObject({ code: 'decode_error' })
    }
  })

  it('leads from what was issued to what is presented (RFC 9901 §7.2)', async () => {
    const disclose = [['family_name'], ['address'], ['given_name'], ['nationalities', 0]]
    const presented = await presentSdJwt(rfc.tokens['5.1']!.sdJwt, { disclose })
    expect((await verify(presented)).claims).toEqual(rfc.tokens['5.2']!.claims)
  })

  it.each(Object.entries(rfc.addresses))('hides the address of §%s', async (_, { payload, disclosures }) => {
    const key = await generateKey('ES256')
    const token = await signJwt(payload, key, { lifetime: null })
    const policy = { clock: () => 1_700_000_000 }
    const { claims } = await verifySdJwt([token, ...disclosures, ''].join('~'), key, policy)
    expect(claims['address']).toEqual(rfc.address)
    const bare = await verifySdJwt(`${token}~`, key, policy)
    for (const hidden of ['Schulstr', 'Schulpforta']) expect(JSON.stringify(bare.claims)).not.toContain(hidden)
  })

  it('makes the digest of each disclosure (RFC 9901 §4.2.3)', async () => {
    for (const [encoded, digest] of Object.entries(rfc.disclosures))
      expect((await readDisclosure(encoded)).digest).toBe(digest)
  })

  it('has decoys in A.1 that stand for nothing (RFC 9901 §4.2.5)', () => {
    const [token = ''] = rfc.tokens['A.1']!.sdJwt.split('~')
    const payload = JSON.stringify(decodeUnverifiedJwt(token).claims)
    for (const decoy of rfc.decoys) {
      expect(payload).toContain(decoy)
      expect(Object.values(rfc.disclosures)).not.toContain(decoy)
    }
  })

  it('verifies what §8.2 issues, and leads from there to what it presents (RFC 9901 §8.2, §7.2)', async () => {
    const { '8.2 issued': issued, '8.2': presented } = rfc.json
    const policy = { clock: () => 1_700_000_000 }
    const all = { sub: 'john_doe_42', given_name: 'John', family_name: 'Doe', birthdate: '1940-01-01' }
    expect((await verifySdJwtJson(issued, issuer, policy)).claims).toMatchObject(all)
    const shown = await presentSdJwtJson(issued, { disclose: [['family_name'], ['given_name']] })
    const { header: { disclosures } = {}, ...signed } = presented
    expect(shown).toEqual({ ...signed, header: { disclosures: expect.any(Array) as unknown } })
    expect(new Set(shown.header?.['disclosures'] as string[])).toEqual(new Set(disclosures as string[]))
  })

  it.each(['8.2', '8.3'] as const)(
    'verifies the presentation of §%s with its key binding, in JSON and in the compact form (RFC 9901 §8.1, §8.4)',
    async (section) => {
      const { payload = '', ...json } = rfc.json[section]
      const [first] = 'signatures' in json ? json.signatures : [json]
      const proof = first!.header!['kb_jwt'] as string
      const { iat = 0 } = decodeUnverifiedJwt(proof).claims
      const policy = { clock: () => iat, keyBinding: binding, signatures: 1 } // the RFC prints one key, and §8.3 has two signers
      const { claims, holderKey, signatures } = await verifySdJwtJson(rfc.json[section], issuer, policy)
      expect(claims).toEqual((await verify(compact({ payload, ...first! }))).claims)
      expect(claims).toMatchObject({ iss: 'https://issuer.example.com', family_name: 'Doe', given_name: 'John' })
      expect(Object.keys(claims)).not.toContain('birthdate')
      expect(holderKey?.kty).toBe('EC')
      expect(signatures.map(({ header }) => header.kid)).toEqual([section === '8.3' ? 'issuer-key-1' : undefined])
    },
  )

  it('has key bindings in §8.2 and §8.3 that fit nothing else (RFC 9901 §8.1)', async () => {
    const { '8.2': flattened, '8.3': general } = rfc.json
    const { iat = 0 } = decodeUnverifiedJwt(flattened.header!['kb_jwt'] as string).claims
    const policy = { clock: () => iat, keyBinding: binding, signatures: 1 }
    const [first, second] = general.signatures as [JwsSignature, JwsSignature]
    const swapped = { ...second, header: { ...second.header, ...first.header } }
    const { header: _, ...bare } = first
    const others = [
      { ...flattened, header: { ...flattened.header, disclosures: [] } },
      { ...flattened, header: { ...flattened.header, kb_jwt: first.header!['kb_jwt'] } },
      { ...general, signatures: [swapped, bare] },
    ]
    for (const json of others)
      await expect(verifySdJwtJson(json, issuer, policy)).rejects.toMatchObject({ claim: 'sd_hash' })
  })
})

/** As §8.1 says. */
function compact({ payload, protected: header, signature, header: open }: JwsSignature & { payload?: string }): string {
  const { disclosures, kb_jwt: proof = '' } = open as { disclosures: string[]; kb_jwt?: string }
  return [[header, payload, signature].join('.'), ...disclosures, proof].join('~')
}
