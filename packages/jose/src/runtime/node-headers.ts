/** Headers of tokens that have verified: parsing one takes as long as an HMAC. */

import { recentMap } from '@authlib/core/kit'
import { isTextList } from '../shared/is-object.ts'

const MAX_LENGTH = 256 // characters: the headers of ordinary tokens

const headers = /* @__PURE__ */ recentMap<object>(400)

/** The parsed header of this very text. */
export function knownHeader(encoded: string): object | undefined {
  return headers.get(encoded)
}

/**
 * For one under which a signature has just verified: strangers cannot fill the cache. Ordinary ones hold only strings, and
 * parsing froze them. Does nothing for what was `known`.
 */
export function rememberHeader(encoded: string, header: object, known?: object): void {
  if (known === undefined && encoded.length <= MAX_LENGTH && isTextList(Object.values(header)))
    headers.set(copy(encoded), header)
}

/** A slice would keep the whole token in memory. */
function copy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
