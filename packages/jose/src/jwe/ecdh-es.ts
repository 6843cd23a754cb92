/** Agreement upon a key, RFC 7518 §4.6 and RFC 8037 §3.2. */

import { decodeBase64url } from '@authlib/core/kit'
import * as runtime from '#runtime'
import { concatKdf } from './concat-kdf.ts'
import { curves, type Curve } from '../algorithms.ts'
import type { JweImplementation, KeyAgreement, KeyManagement } from './implementation.ts'
import type { JweEncryptionRow, JweRow } from './algorithms.ts'
import { invalidHeader } from '../jws/header.ts'
import { invalidKey, type Jwk, materialOf, parseJwk } from '../keys/jwk.ts'
import { aesKeyWrap, type KeyWrap } from './key-wrap.ts'
import type { Key } from '../keys/key.ts'
import { perKey } from '../keys/per-key.ts'
import { withFallback } from '../shared/with-fallback.ts'

type Header = Readonly<Record<string, unknown>>

/** Alone, or with a key that is wrapped under the one agreed upon. */
export function ecdhEs(row: JweRow, keyWrap: KeyWrap = aesKeyWrap): KeyManagement {
  return {
    kind: 'key management',
    row,
    async encryptKey({ key, cek, encryption, header, implementations }) {
      const recipient = publicHalf(key)
      const { own, epk } = await newEphemeral(recipient, implementations)
      const secret = await agree(own, recipient, implementations)
      const agreed = await agreedKey(secret, row, encryption, header)
      if (row.direct) return { header: { epk }, cek: agreed }
      const wrapped = await keyWrap.wrap(agreed, cek)
      return { ...wrapped, header: { epk, ...wrapped.header } }
    },
    async decryptKey({ key, encryptedKey, encryption, header, implementations }) {
      const own = privateHalf(key)
      const secret = await agree(own, readEphemeral(header, own), implementations)
      const agreed = await agreedKey(secret, row, encryption, header)
      return row.direct ? agreed : keyWrap.unwrap(agreed, encryptedKey, header)
    },
  }
}

/** A key pair for one message, on the curve of the recipient. */
export async function newEphemeral(
  { kty, crv }: Jwk,
  implementations: readonly JweImplementation[],
): Promise<{ own: Jwk; epk: Jwk }> {
  const curve = crv as Curve // the rules for keys demand one
  const given = agreementOn(curve, implementations)
  const own = await withFallback(
    () => runtime.generateMaterial({ kty: curves[curve].kty, crv: curve, length: 0 }),
    given && (() => given.generate()),
  )
  const { x, y } = own
  return { own, epk: { kty, crv: curve, ...(x !== undefined && { x }), ...(y !== undefined && { y }) } }
}

/** The ephemeral key of a header. It must lie on the curve of one's own. */
export function readEphemeral({ epk }: Header, { crv }: Jwk): Jwk {
  const material = materialOf(parseJwk(epk))
  if (material.crv !== crv) throw invalidKey('epk is on another curve')
  return material
}

/** The secret that two keys have in common. */
export async function agree(own: Jwk, other: Jwk, implementations: readonly JweImplementation[]): Promise<Uint8Array> {
  const given = agreementOn(other.crv as Curve, implementations) // as above
  const secret = await withFallback(() => runtime.agree(own, other), given && (() => given.agree(own, other)))
  if (secret.every((byte) => byte === 0)) throw invalidKey('a point of small order') // RFC 7748 §6
  return secret
}

/** The key for the content, or for wrapping it, from the secret. */
export function agreedKey(
  secret: Uint8Array,
  row: JweRow,
  { enc, keyLength }: JweEncryptionRow,
  header: Header,
  tag?: Uint8Array,
): Promise<Uint8Array> {
  const length = row.agreedLength ?? keyLength
  const [apu, apv] = [partyOf(header, 'apu'), partyOf(header, 'apv')]
  return concatKdf(secret, { algorithmId: row.direct ? enc : row.alg, apu, apv, length, tag })
}

/** What the header says about a party; nothing, when it says nothing. RFC 7518 §4.6.1.2 */
function partyOf(header: Header, name: 'apu' | 'apv'): Uint8Array {
  const value = header[name] ?? ''
  if (typeof value !== 'string') throw invalidHeader(`${name} is no string`)
  return decodeBase64url(value)
}

function agreementOn(crv: Curve, implementations: readonly JweImplementation[]): KeyAgreement | undefined {
  return implementations.find((item): item is KeyAgreement => item.kind === 'key agreement' && item.crv === crv)
}

const halves = /* @__PURE__ */ perKey<Jwk>()

/** The material of a private key: the same object each time, so that a runtime can keep what it makes of it. */
export function privateHalf(key: Key): Jwk {
  return halves(key, 'private', () => materialOf(key.privateJwk()))
}

/** Of a public key, alike. */
export function publicHalf(key: Key): Jwk {
  return halves(key, 'public', () => materialOf(key.publicJwk()))
}
