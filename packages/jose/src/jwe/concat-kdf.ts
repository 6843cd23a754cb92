/** The Concat KDF with SHA-256, as agreements upon a key use it. RFC 7518 §4.6.2 */

import { encodeUtf8, sha256 } from '@authlib/core/kit'
import { joinBytes, uint32, withLength } from '../shared/join-bytes.ts'

/** What goes into the derivation beside the secret. */
export interface KeyContext {
  /** What the key is for: `enc` of a direct agreement, else `alg`. */
  readonly algorithmId: string
  readonly apu: Uint8Array
  readonly apv: Uint8Array
  /** Bytes of the key. */
  readonly length: number
  /** The tag of the content, which ECDH-1PU binds the key to. */
  readonly tag?: Uint8Array | undefined
}

/** A key from a secret that both sides have. */
export async function concatKdf(
  secret: Uint8Array,
  { algorithmId, apu, apv, length, tag }: KeyContext,
): Promise<Uint8Array> {
  const info = joinBytes(
    withLength(encodeUtf8(algorithmId)),
    withLength(apu),
    withLength(apv),
    uint32(length * 8),
    ...(tag === undefined ? [] : [withLength(tag)]),
  )
  const rounds = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    Promise.resolve(sha256(joinBytes(uint32(index + 1), secret, info))),
  )
  return joinBytes(...(await Promise.all(rounds))).slice(0, length)
}
