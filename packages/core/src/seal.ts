/**
 * Keeping a secret in other hands: AEAD and MACs under secrets that rotate. Each purpose names its label, and HKDF
 * (RFC 5869) turns secret and label into the key, so that nothing made for one purpose passes for another.
 */

import { importAeadKey } from '#runtime'
import type { Awaitable } from './awaitable.ts'
import { constantTimeEqual } from './compare.ts'
import { hkdfSha256, hmacSha256, importHmacKey } from './digest.ts'
import { decodeBase64urlOrNull, encodeBase64url } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import { kindOf } from './kind-of.ts'
import { systemRandom, type Random } from './random.ts'

/** Keeps strings secret and unchanged in hands that are not ours. */
export interface Sealer {
  /** `context` is what the text belongs to, such as the name of its cookie: opening needs the same. */
  seal(plaintext: string | Uint8Array, context?: string): Promise<string>
  /** Null when the text is not ours, was tampered with, or belongs to another context. */
  open(sealed: string, context?: string): Promise<Uint8Array | null>
}

export interface SecretsOptions {
  /** At least 32 random characters each. The first one seals and signs; all of them open and verify. */
  readonly secrets: readonly string[]
  /**
   * What the key is for. A string that was sealed or signed under one label is not accepted under another. In a list of labels
   * the first one seals and signs; all of them open and verify.
   */
  readonly label: string | readonly [string, ...string[]]
}

export interface SealerOptions extends SecretsOptions {
  readonly random?: Random | undefined
}

const VERSION = 1
const IV_LENGTH = 12

/**
 * AES-256-GCM as base64url of version, IV, ciphertext and tag: 29 bytes more than the text. IVs are random: replace a
 * secret long before it has sealed 2^32 strings. Throws `weak_secret`.
 */
export function createSealer({ secrets, label, random = systemRandom }: SealerOptions): Sealer {
  const keys = deriveKeys(secrets, 'seal', label, importAeadKey)
  return {
    async seal(plaintext, context = '') {
      const iv = random(IV_LENGTH)
      const key = await keys[0]!()
      const sealed = await key.seal(iv, plaintext, context)
      const text = new Uint8Array(1 + IV_LENGTH + sealed.length)
      text[0] = VERSION
      text.set(iv, 1)
      text.set(sealed, 1 + IV_LENGTH)
      return encodeBase64url(text)
    },
    async open(sealed, context = '') {
      const bytes = decodeBase64urlOrNull(sealed)
      if (bytes?.[0] !== VERSION) return null
      const iv = bytes.subarray(1, 1 + IV_LENGTH)
      for (const derive of keys) {
        const key = await derive()
        const opened = await key.open(iv, bytes.subarray(1 + IV_LENGTH), context)
        if (opened !== null) return opened
      }
      return null
    },
  }
}

/** Keeps strings unchanged in hands that are not ours; they stay readable. */
export interface Mac {
  sign(text: string): Awaitable<string>
  verify(text: string, mac: string): Awaitable<boolean>
}

/** HMAC-SHA-256 as base64url. Throws `weak_secret`. */
export function createMac({ secrets, label }: SecretsOptions): Mac {
  const keys = deriveKeys(secrets, 'mac', label, importHmacKey)
  const sign = async (text: string, index: number): Promise<string> =>
    encodeBase64url(await hmacSha256(await keys[index]!(), text))
  return {
    sign: (text) => sign(text, 0),
    async verify(text, mac) {
      for (const index of keys.keys()) if (constantTimeEqual(await sign(text, index), mac)) return true
      return false
    },
  }
}

/** One lazily derived key for each label and secret, those in use first. */
function deriveKeys<Key>(
  secrets: readonly string[],
  use: string,
  label: string | readonly string[],
  importKey: (raw: Uint8Array) => Awaitable<Key>,
): (() => Promise<Key>)[] {
  assertSecrets(secrets)
  return [label].flat().flatMap((of) =>
    secrets.map((secret) => {
      let key: Promise<Key> | undefined
      const derive = async (): Promise<Key> => importKey(await hkdfSha256(secret, `${use} ${of}`, 32))
      return () => (key ??= derive())
    }),
  )
}

/** Checked at run time too: an environment variable that is not set is undefined, whatever its type says. */
function assertSecrets(secrets: unknown): asserts secrets is readonly string[] {
  if (!Array.isArray(secrets)) throw weakSecret(`\`secrets\` must be an array of strings, not ${kindOf(secrets)}`)
  if (secrets.length === 0) throw weakSecret('`secrets` is empty')
  for (const [index, secret] of secrets.entries()) {
    if (typeof secret !== 'string') throw weakSecret(`secrets[${index}] is ${kindOf(secret)}, not a string`)
    if (secret.length < 32)
      throw weakSecret(`secrets[${index}] has ${secret.length} characters, at least 32 are needed`)
  }
}

function weakSecret(message: string): AuthlibError {
  return new AuthlibError('weak_secret', message, {
    hint: 'Make a secret with: openssl rand -base64 32. If it comes from an environment variable, check that it is set.',
  })
}
