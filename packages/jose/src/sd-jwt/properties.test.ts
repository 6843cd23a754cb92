import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FlattenedJws, generateKey, type GeneralJws, type JwtClaims, KeySet } from '../index.ts'
import {
  type ClaimPath,
  issueFlattenedSdJwt,
  issueGeneralSdJwt,
  issueSdJwt,
  presentSdJwt,
  presentSdJwtJson,
  verifySdJwt,
  verifySdJwtJson,
} from './index.ts'

const issuer = await generateKey('ES256')
const second = await generateKey('ES384')
const holder = await generateKey('ES256')
const keys = KeySet.of(issuer, second)
const binding = { audience: 'https://verifier.example', nonce: 'n-1' }
const policy = { clock: () => 1_700_000_000, expiryOptional: true, anyAudience: true }

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }).filter((text) => !/^(?:_sd.*|\.\.\.)$/s.test(text)),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0'),
)
const leaf = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean(), fc.constant(null))
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}))
const claimsArbitrary = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), value)
  .map((members) => JSON.parse(JSON.stringify(members)) as JwtClaims)

function pathsIn(inside: unknown, path: ClaimPath = []): ClaimPath[] {
  if (typeof inside !== 'object' || inside === null) return path.length === 0 ? [] : [path]
  const entries: [string | number, unknown][] = Array.isArray(inside) ? [...inside.entries()] : Object.entries(inside)
  return [...(path.length === 0 ? [] : [path]), ...entries.flatMap(([part, item]) => pathsIn(item, [...path, part]))]
}

/** What verifies, or null for an error of ours; any other error fails the test. */
async function claimsOf(verification: Promise<{ readonly claims: JwtClaims }>): Promise<JwtClaims | null> {
  try {
    return (await verification).claims
  } catch (error) {
    expect(error).toMatchObject({ name: 'JoseError' })
    return null
  }
}

const verified = (text: string) => claimsOf(verifySdJwt(text, issuer, policy))
const verifiedJson = (json: unknown, more: object = {}) =>
  claimsOf(verifySdJwtJson(json as GeneralJws, keys, { ...policy, ...more })) // which checks it

/** The one form of the same SD-JWT, made of the other. RFC 9901 §8.1 */
function toJson(sdJwt: string): FlattenedJws {
  const [token = '', ...disclosures] = sdJwt.split('~').slice(0, -1)
  const [encoded = '', payload = '', signature = ''] = token.split('.')
  return { payload, protected: encoded, signature, header: { disclosures } }
}

function toCompact({ payload = '', ...json }: FlattenedJws | GeneralJws): string {
  const { protected: encoded = '', signature, header } = 'signatures' in json ? json.signatures[0]! : json
  return [`${encoded}.${payload}.${signature}`, ...(header!['disclosures'] as string[]), ''].join('~')
}

describe('any claims, hidden in any places', () => {
  it('come back whole when everything is disclosed (RFC 9901 §7.1)', async () => {
    const property = fc.asyncProperty(claimsArbitrary, fc.infiniteStream(fc.boolean()), async (claims, choices) => {
      const disclosable = pathsIn(claims).filter(() => choices.next().value)
      const sdJwt = await issueSdJwt(claims, issuer, { disclosable, decoys: 1 })
      expect(await verified(sdJwt)).toEqual(claims)
      expect(await verified(await presentSdJwt(sdJwt, { disclose: disclosable }))).toEqual(claims)
    })
    await fc.assert(property, { numRuns: 150 })
  })

  it('are the same in JSON as in the compact form, whichever was issued and whatever is disclosed (RFC 9901 §8)', async () => {
    const property = fc.asyncProperty(claimsArbitrary, fc.infiniteStream(fc.boolean()), async (claims, choices) => {
      const disclosable = pathsIn(claims).filter(() => choices.next().value)
      const disclose = disclosable.filter(() => choices.next().value)
      const options = { disclosable, decoys: 1 }
      const compact = await issueSdJwt(claims, issuer, options)
      const flattened = await issueFlattenedSdJwt(claims, { key: issuer }, options)
      const general = await issueGeneralSdJwt(claims, [{ key: issuer }, { key: second }], options)
      const expected = await verified(await presentSdJwt(compact, { disclose }))
      expect(expected).not.toBeNull()
      for (const whole of [flattened, general, toJson(compact)]) expect(await verifiedJson(whole)).toEqual(claims)
      expect(await verifiedJson(await presentSdJwtJson(general, { disclose }))).toEqual(expected)
      for (const json of [flattened, toJson(compact)]) {
        const presentation = await presentSdJwtJson(json, { disclose })
        expect(await verifiedJson(presentation)).toEqual(expected)
        expect(await verified(toCompact(presentation))).toEqual(expected)
      }
      expect(await verified(toCompact(general))).toEqual(claims)
    })
    await fc.assert(property, { numRuns: 100 })
  })

  it('stay hidden when nothing is disclosed', async () => {
    const secret = 'what nobody shall see'
    const property = fc.asyncProperty(claimsArbitrary, fc.nat(), async (claims, choice) => {
      const places = pathsIn(claims)
      if (places.length === 0) return
      const path = places[choice % places.length]!
      const marked = JSON.parse(JSON.stringify(claims)) as Record<string | number, unknown>
      let parent = marked
      for (const part of path.slice(0, -1)) parent = parent[part] as typeof parent
      const last = path.at(-1)!
      Object.defineProperty(parent, last, { value: secret, enumerable: true, writable: true, configurable: true })
      const shown = await presentSdJwt(await issueSdJwt(marked, issuer, { disclosable: [path] }), { disclose: [] })
      const [token = ''] = shown.split('~')
      expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain(secret)
      expect(JSON.stringify(await verified(shown))).not.toContain(secret)
    })
    await fc.assert(property, { numRuns: 150 })
  })
})

describe('what no issuer made', () => {
  it('is a JoseError for any string (RFC 9901 §7.1)', async () => {
    const text = fc.array(fc.oneof(fc.base64String(), fc.json()), { maxLength: 4 }).map((parts) => parts.join('~'))
    const property = fc.asyncProperty(text, async (presentation) => {
      expect(await verified(presentation)).toBeNull()
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('says nothing else than what was signed, wherever it is changed', async () => {
    const claims = { sub: 'u', a: { b: 'c', d: ['e', 'f'] }, g: 1 }
    const disclosable = [['a'], ['a', 'b'], ['a', 'd', 0], ['a', 'd', 1], ['g']]
    const sdJwt = await issueSdJwt(claims, issuer, { disclosable })
    const property = fc.asyncProperty(
      fc.nat(sdJwt.length - 2),
      fc.oneof(fc.constantFrom('~', '.', '=', 'A', '-', '', '\0', '~~'), fc.string({ unit: 'binary', maxLength: 3 })),
      async (at, piece) => {
        const changed = sdJwt.slice(0, at) + piece + sdJwt.slice(at + 1)
        if (changed !== sdJwt) expect(await verified(changed)).toBeNull()
      },
    )
    await fc.assert(property, { numRuns: 400 })
  })

  it('is a JoseError for any JSON (RFC 9901 §8)', async () => {
    const any = fc.jsonValue({ maxDepth: 2 })
    const header = fc.record({ disclosures: any, kb_jwt: any, alg: fc.constantFrom('ES256', 1) }, { requiredKeys: [] })
    const part = fc.oneof(any, fc.base64String(), fc.constant(Buffer.from('{"alg":"ES256"}').toString('base64url')))
    const signature = { protected: part, header: fc.oneof(any, header), signature: part }
    const list = fc.array(fc.oneof(any, fc.record(signature, { requiredKeys: [] })), { maxLength: 3 })
    const json = fc.record({ payload: part, ...signature, signatures: list }, { requiredKeys: [] })
    const property = fc.asyncProperty(fc.oneof(any, json), async (presentation) => {
      expect(await verifiedJson(presentation)).toBeNull()
    })
    await fc.assert(property, { numRuns: 400 })
  })

  it('says nothing else than what was signed and bound, wherever its JSON is changed (RFC 9901 §8.1)', async () => {
    const claims = { sub: 'u', a: { b: 'c', d: ['e', 'f'] }, g: 1 }
    const disclosable = [['a'], ['a', 'b'], ['a', 'd', 0], ['a', 'd', 1], ['g']]
    const options = { disclosable, holderKey: holder.publicJwk() }
    const general = await issueGeneralSdJwt(claims, [{ key: issuer }, { key: second }], options)
    const keyBinding = { ...binding, key: holder, clock: policy.clock }
    const text = JSON.stringify(await presentSdJwtJson(general, { disclose: [['a', 'b']], keyBinding }))
    const expected = await verifiedJson(JSON.parse(text), { keyBinding: binding })
    expect(expected).toMatchObject({ sub: 'u', a: { b: 'c', d: [] } })
    const property = fc.asyncProperty(
      fc.nat(text.length - 1),
      fc.oneof(fc.constantFrom('"', ',', '~', '.', '[]', 'A', '', '\\', '","'), fc.string({ maxLength: 3 })),
      async (at, piece) => {
        let json: unknown
        try {
          json = JSON.parse(text.slice(0, at) + piece + text.slice(at + 1))
        } catch {
          return
        }
        const read = await verifiedJson(json, { keyBinding: binding, signatures: 1 })
        if (read !== null) expect(read).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 600 })
  })
})
