/** What was sealed or authenticated for an issuer that the server had before: still accepted, never made. */

import type { Mac, Sealer } from '@authlib/core/kit'

/** Seals with the first, opens with all. */
export function joinSealers([current, ...former]: readonly [Sealer, ...Sealer[]]): Sealer {
  if (former.length === 0) return current
  return {
    seal: (plaintext, context) => current.seal(plaintext, context),
    async open(sealed, context) {
      for (const sealer of [current, ...former]) {
        const opened = await sealer.open(sealed, context)
        if (opened !== null) return opened
      }
      return null
    },
  }
}

/** Signs with the first, verifies with all. */
export function joinMacs([current, ...former]: readonly [Mac, ...Mac[]]): Mac {
  if (former.length === 0) return current
  return {
    sign: (text) => current.sign(text),
    async verify(text, given) {
      for (const mac of [current, ...former]) if (await mac.verify(text, given)) return true
      return false
    },
  }
}
