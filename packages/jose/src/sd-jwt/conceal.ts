/** Taking claims out of sight, each behind the digest of its disclosure. RFC 9901 §4.2 */

import { type Random, systemRandom } from '@authlib/core'
import { encodeBase64url, sha256Base64url } from '@authlib/core/kit'
import type { JwtClaims, NewJwtClaims } from '../jwt/claims.ts'
import { invalidKey, isPrivateJwk, type Jwk, parseJwk } from '../keys/jwk.ts'
import { prepareClaims } from '../jwt/payload.ts'
import { type ClaimPath, createDisclosure } from './disclosure.ts'

export interface ConcealOptions {
  /** What the holder may show or keep back, such as `['address', 'street']` or `['nationalities', 0]`. */
  readonly disclosable: readonly ClaimPath[]
  /** The public key of the holder, who can then prove possession. Becomes `cnf`. A private one is refused. */
  readonly holderKey?: Jwk | undefined
  /** Digests of nothing in each place that has some, which hide how many claims there are. §4.2.5. Default 0. */
  readonly decoys?: number | undefined
  /** Default: that of the runtime. */
  readonly random?: Random | undefined
}

export interface Concealed {
  /** What the issuer signs. */
  readonly claims: JwtClaims
  /** What goes to the holder beside it. */
  readonly disclosures: readonly string[]
}

/** Claims that say whether the token is valid at all must stay visible. §9.7 */
const alwaysVisible = ['iss', 'aud', 'exp', 'nbf', 'cnf', 'status', 'vct', '_sd_alg']

/** A path that leads nowhere is a `TypeError`. */
export async function concealClaims(
  claims: NewJwtClaims,
  { disclosable, holderKey, decoys = 0, random = systemRandom }: ConcealOptions,
): Promise<Concealed> {
  const disclosures: string[] = []
  for (const path of disclosable) checkPath(claims, path)
  if (holderKey !== undefined && isPrivateJwk(parseJwk(holderKey)))
    throw invalidKey('only the public half belongs here')

  async function disclose(value: unknown, name?: string): Promise<string> {
    const { encoded, digest } = await createDisclosure(random(16), value, name)
    disclosures.push(encoded)
    return digest
  }

  async function conceal(value: unknown, paths: readonly ClaimPath[]): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value
    return Array.isArray(value)
      ? concealElements(value, paths)
      : concealMembers(value as Record<string, unknown>, paths) // no array, not null
  }

  async function concealElements(items: readonly unknown[], paths: readonly ClaimPath[]): Promise<unknown[]> {
    const out: unknown[] = []
    for (const [index, item] of items.entries()) {
      const inner = await conceal(item, below(paths, index))
      out.push(isLeaf(paths, index) ? { '...': await disclose(inner) } : inner)
    }
    return out
  }

  async function concealMembers(
    members: Record<string, unknown>,
    paths: readonly ClaimPath[],
  ): Promise<Record<string, unknown>> {
    const visible: [string, unknown][] = []
    const digests: string[] = []
    for (const [name, member] of Object.entries(members)) {
      if (name === '_sd' || name === '...') throw new TypeError('A claim has a reserved name')
      const inner = await conceal(member, below(paths, name))
      if (isLeaf(paths, name)) digests.push(await disclose(inner, name))
      else visible.push([name, inner])
    }
    if (digests.length === 0) return Object.fromEntries(visible)
    for (let i = 0; i < decoys; i++) digests.push(await sha256Base64url(encodeBase64url(random(32))))
    return Object.fromEntries([...visible, ['_sd', digests.toSorted()]]) // sorted: their order tells nothing, §4.2.4.1
  }

  const visible = (await conceal(prepareClaims(claims, {}), disclosable)) as JwtClaims // an object stays one
  const confirmation = holderKey && { cnf: { jwk: holderKey } } // §4.1.2, RFC 7800 §3.2
  return { claims: { ...visible, ...confirmation, _sd_alg: 'sha-256' }, disclosures }
}

function checkPath(claims: unknown, path: ClaimPath): void {
  const [first] = path
  if (first === undefined || alwaysVisible.includes(String(first)))
    throw new TypeError('This claim cannot be disclosable')
  let value = claims
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      throw new TypeError('No claim at this path')
    value = (value as Record<string | number, unknown>)[part] // its own member
  }
}

function isLeaf(paths: readonly ClaimPath[], part: string | number): boolean {
  return paths.some((path) => path.length === 1 && path[0] === part)
}

function below(paths: readonly ClaimPath[], part: string | number): readonly ClaimPath[] {
  return paths.filter((path) => path.length > 1 && path[0] === part).map((path) => path.slice(1))
}
