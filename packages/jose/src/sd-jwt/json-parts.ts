/** The parts of an SD-JWT in its JSON serialization, and the compact one that stands for it. RFC 9901 §8.1, §8.3 */

import { isTextList } from '../shared/is-object.ts'
import { type JwsSignature, readJws } from '../jws/json.ts'
import { invalidSdJwt } from './errors.ts'
import { MAX_SIZE } from './split.ts'

export interface SdJwtJsonParts {
  readonly payload: string
  /** Without `disclosures` and `kb_jwt`, which are in `compact`. */
  readonly first: JwsSignature
  readonly others: readonly JwsSignature[]
  /** What `sd_hash` is about, and the key binding. */
  readonly compact: string
}

/** Throws `decode_error` or `exceeded_size`. */
export function readSdJwtJson(sdJwt: unknown, maxSize: number = MAX_SIZE): SdJwtJsonParts {
  const { payload, entries } = readJws(sdJwt, maxSize)
  if (payload === undefined) throw invalidSdJwt('no payload')
  const [{ header: open, ...first }, ...others] = entries as [JwsSignature, ...JwsSignature[]] // there is one at least
  if (others.some(({ header }) => carriesParts(header)))
    throw invalidSdJwt('disclosures or kb_jwt in another signature') // §8.3
  const { disclosures = [], kb_jwt: keyBinding, ...header } = open ?? {}
  if (!isTextList(disclosures)) throw invalidSdJwt('disclosures must be an array of strings')
  if (keyBinding !== undefined && (typeof keyBinding !== 'string' || keyBinding === ''))
    throw invalidSdJwt('kb_jwt is no text')
  const token = [first.protected ?? '', payload, first.signature].join('.') // §8.1
  const parts = [token, ...disclosures, keyBinding ?? '']
  if (parts.some((part) => part.includes('~'))) throw invalidSdJwt('a tilde in a part') // one would pass for two
  return { payload, first: { ...first, ...(open !== undefined && { header }) }, others, compact: parts.join('~') }
}

/** Whether a header has what belongs into the first unprotected one. */
export function carriesParts(header: object = {}): boolean {
  return 'disclosures' in header || 'kb_jwt' in header
}
