import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateKey, type JwtClaims } from '../index.ts'
import { type ClaimPath, issueSdJwt, presentSdJwt, verifySdJwt } from './index.ts'

const issuer = await generateKey('ES256')
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
async function verified(text: string): Promise<JwtClaims | null> {
  try {
    return (await verifySdJwt(text, issuer, policy)).claims
  } catch (error) {
    expect(error).toMatchObject({ name: 'JoseError' })
    return null
  }
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
  it('is an error of ours, be it any text (RFC 9901 §7.1)', async () => {
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
})
