/** What to do about an ID Token that was refused. Loaded when one is: it imports nothing, to stay a file of its own in a bundle. */

import type { JoseError } from '@authlib/jose'
import type { Issuers } from '@authlib/oauth2/client'

export function hintFor({ code, claim }: JoseError, issuers: Issuers): string | undefined {
  if (claim === 'iss')
    return `The issuer is configured as '${[issuers].flat().join("' or '")}'. It must be what the provider writes, to the letter.`
  if (claim === 'nonce' && code === 'missing_claim')
    return 'This provider does not repeat the nonce. If its documentation says so, set `nonce: false`.'
  if (code === 'expired_token' || code === 'immature_token')
    return 'Compare the clock of this machine with the provider.'
  if (code === 'unsupported_algorithm') return 'Name the algorithm of the registration as `idTokenAlg`.'
  return undefined
}
