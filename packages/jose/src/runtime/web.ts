/** Cryptography where there is only WebCrypto: workerd and browsers. */

import { decodeBase64urlOrNull, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { JwsRow } from '../algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'
import { subtleGenerate, subtleImport, subtleSigner, unsupported } from './subtle.ts'
import type { NewKey, Signer } from './types.ts'

export { subtleAgree as agree } from './subtle-agreement.ts'
export { openContent, sealContent } from './subtle-content.ts'
export { unwrapKey, wrapKey } from './subtle-key-wrap.ts'
export { prepareOaepDecryption, prepareOaepEncryption } from './subtle-oaep.ts'
export { completeKey, subtleVerifier as prepareVerifier } from './subtle.ts'

/** Whether our own engine for encryption, on what is in this file, is faster than that of `jose`. */
export const encryptsFast: boolean = false

/** None is: a signature takes so much longer than its header. */
export function knownHeader(_encoded: string): undefined {
  return undefined
}

export function rememberHeader(_encoded: string, _header: object, _known?: object): void {
  // see above
}

export async function prepareSigner(row: JwsRow, material: Jwk): Promise<Signer> {
  return subtleSigner(row, await subtleImport(row, material, 'sign'))
}

/** A new private or secret key as JWK. */
export function generateMaterial(wanted: NewKey): Promise<Jwk> {
  return subtleGenerate(wanted)
}

/** WebCrypto does not have it, and rightly so. */
export function decryptPkcs1(_own: Jwk, _encrypted: Uint8Array): Uint8Array {
  throw unsupported(undefined)
}

/** The UTF-8 of a string in base64url. */
export function encodeText(text: string): string {
  return encodeBase64url(encodeUtf8(text))
}

const strictUtf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text whose UTF-8 stands there in strict base64url. Whatever it throws, callers have an error of their own. */
export function decodeText(encoded: string): string {
  const bytes = decodeBase64urlOrNull(encoded)
  if (bytes === null) throw new TypeError('not base64url')
  return strictUtf8.decode(bytes)
}
