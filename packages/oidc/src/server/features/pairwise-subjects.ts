/**
 * Pairwise subject identifiers: clients of different sectors know the same person by different `sub` values.
 *
 * @spec OpenID Connect Core 1.0 §8
 * @spec OpenID Connect Registration 1.0 §5
 */

import { AuthlibError } from '@authlib/core'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8, refuseUnknownOptions } from '@authlib/core/kit'
import { on, type Client, type Extension } from '@authlib/oauth2/server'
import { identifiedSubject, subjectIdentifier } from '../moments.ts'
import { sectorOf } from '../sector.ts'

export interface PairwiseSubjectsOptions {
  /**
   * Keeps the identifiers unpredictable: at least 32 characters. Never change it: every client would take all its users for
   * new ones.
   */
  readonly salt: string
  /** Also for clients that are registered without `subject_type`. Default false: these know the subject itself. */
  readonly byDefault?: boolean | undefined
}

/**
 * Gives clients with `subject_type: 'pairwise'` a `sub` of their sector: the host of `sector_identifier_uri`, or else that
 * of their redirect URIs. Clients of one sector share it.
 *
 * @throws AuthlibError `weak_secret`
 * @example
 * server.register(pairwiseSubjects({ salt: env.PAIRWISE_SALT }))
 */
export function pairwiseSubjects({ salt, byDefault = false, ...others }: PairwiseSubjectsOptions): Extension {
  refuseUnknownOptions('pairwiseSubjects', others)
  if (typeof salt !== 'string' || salt.length < 32) {
    throw new AuthlibError('weak_secret', 'The salt of pairwiseSubjects must be a string of at least 32 characters')
  }
  const keys = deriveKeys(salt)
  const applies = ({ metadata }: Client): boolean =>
    (metadata['subject_type'] ?? (byDefault && 'pairwise')) === 'pairwise'
  return {
    kind: 'extension',
    name: 'pairwise_subjects',
    metadata: { subject_types_supported: ['pairwise'] },
    handlers: [
      on(subjectIdentifier, async ({ client, subject }) =>
        applies(client) ? identify(await keys, sectorOf(client), subject) : undefined,
      ),
      on(identifiedSubject, async ({ client, sub }) =>
        applies(client) ? ((await recognise(await keys, sectorOf(client), sub)) ?? UNKNOWN) : undefined,
      ),
    ],
  }
}

/** The subject of an identifier that is not ours: no one has it. */
const UNKNOWN = '\u0000'

interface Keys {
  readonly mac: CryptoKey
  readonly cipher: CryptoKey
}

async function deriveKeys(salt: string): Promise<Keys> {
  const base = await crypto.subtle.importKey('raw', encodeUtf8(salt) as BufferSource, 'HKDF', false, ['deriveKey'])
  const derive = (label: string, algorithm: AesKeyGenParams | HmacKeyGenParams, use: KeyUsage[]): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: encodeUtf8(label) as BufferSource },
      base,
      algorithm,
      false,
      use,
    )
  return {
    mac: await derive('pairwise mac', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']),
    cipher: await derive('pairwise cipher', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
  }
}

/**
 * The same person always gets the same text, and we alone can read it back, for `id_token_hint`: AES-GCM whose nonce is a
 * MAC of sector and subject, so that a nonce repeats only with the same content. §8.1 names encryption as one way.
 */
async function identify({ mac, cipher }: Keys, sector: string, subject: string): Promise<string> {
  const content = encodeUtf8(JSON.stringify([sector, subject])) as BufferSource
  const nonce = new Uint8Array(await crypto.subtle.sign('HMAC', mac, content)).slice(0, 12)
  const parameters = { name: 'AES-GCM', iv: nonce, additionalData: encodeUtf8(sector) as BufferSource }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, cipher, encodeUtf8(subject) as BufferSource))
  const bytes = new Uint8Array(nonce.length + sealed.length)
  bytes.set(nonce)
  bytes.set(sealed, nonce.length)
  return encodeBase64url(bytes)
}

async function recognise({ cipher }: Keys, sector: string, sub: string): Promise<string | null> {
  try {
    const bytes = decodeBase64url(sub)
    const parameters = {
      name: 'AES-GCM',
      iv: bytes.slice(0, 12) as BufferSource,
      additionalData: encodeUtf8(sector) as BufferSource,
    }
    return decodeUtf8(new Uint8Array(await crypto.subtle.decrypt(parameters, cipher, bytes.slice(12))))
  } catch {
    return null
  }
}
