/** Presenting an SD-JWT: the holder chooses what to show, and may prove to be the holder. RFC 9901 §4.3, §7.2 */

import { type Clock, systemClock } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { decodeUnverifiedJwt, signJwt } from '../jwt/signed.ts'
import type { Key } from '../keys/key.ts'
import type { ClaimPath } from './disclosure.ts'
import { invalidSdJwt } from './errors.ts'
import { reveal } from './reveal.ts'
import { splitSdJwt } from './split.ts'

export interface PresentSdJwtOptions {
  /** What to show. What a claim lies in is shown with it. */
  readonly disclose: readonly ClaimPath[]
  /** Proves possession of the key in `cnf` to one audience, once. */
  readonly keyBinding?:
    | {
        readonly key: Key
        readonly audience: string
        readonly nonce: string
        readonly clock?: Clock | undefined
      }
    | undefined
}

/**
 * What goes to the verifier. The holder has verified the SD-JWT when it was issued. Throws `decode_error` when it is none, or has
 * a key binding; a path of `disclose` that leads nowhere shows nothing.
 */
export async function presentSdJwt(sdJwt: string, { disclose, keyBinding }: PresentSdJwtOptions): Promise<string> {
  const { token, disclosures, keyBinding: bound } = await splitSdJwt(sdJwt)
  if (bound !== null) throw invalidSdJwt('a key binding already') // §7.2: an issuer makes none
  const { placed } = reveal(decodeUnverifiedJwt(token, { maxSize: token.length }).claims, disclosures)
  const shown = placed.filter(({ path }) =>
    disclose.some((wanted) => path.every((part, index) => part === wanted[index])),
  )
  const presentation = [token, ...shown.map(({ encoded }) => encoded), ''].join('~')
  if (keyBinding === undefined) return presentation
  const { key, audience, nonce, clock = systemClock } = keyBinding
  const claims = { iat: clock(), aud: audience, nonce, sd_hash: await sha256Base64url(presentation) }
  return presentation + (await signJwt(claims, key, { typ: 'kb+jwt', lifetime: null }))
}
