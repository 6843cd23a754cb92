/** Every other runtime (workerd, browsers): Web Crypto. */

import type { AeadKey, HmacKey } from './runtime.ts'

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(binary)
}

export function toBase64url(bytes: Uint8Array): string {
  return forUrls(toBase64(bytes))
}

export function fromBase64(text: string): Uint8Array | null {
  const bytes = fromBase64url(forUrls(text))
  return bytes !== null && toBase64(bytes) === text ? bytes : null
}

export function fromBase64url(text: string): Uint8Array | null {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/')) // passes over white space, padding and stray bits
    return forUrls(btoa(binary)) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : null
  } catch {
    return null
  }
}

/** RFC 4648 §5, without padding. */
function forUrls(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function textOfBase64(text: string): string | null {
  const bytes = fromBase64(text)
  try {
    return bytes && utf8.decode(bytes)
  } catch {
    return null
  }
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function equal(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const [left, right] = [source(a), source(b)]
  if (left.length !== right.length) return false
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!
  return difference === 0
}

export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536)) // its quota per call
  return bytes
}

export function randomText(length: number): string {
  return toBase64url(randomBytes(length))
}

export async function sha256(data: Uint8Array | string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', source(data)))
}

export async function sha256Base64url(data: Uint8Array | string): Promise<string> {
  return toBase64url(await sha256(data))
}

export async function importHmacKey(raw: Uint8Array): Promise<HmacKey> {
  const key = await crypto.subtle.importKey('raw', source(raw), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return { sign: async (data) => new Uint8Array(await crypto.subtle.sign('HMAC', key, source(data))) }
}

export async function hkdfSha256(
  secret: Uint8Array | string,
  label: Uint8Array | string,
  length: number,
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', source(secret), 'HKDF', false, ['deriveBits'])
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: source(label) }
  return new Uint8Array(await crypto.subtle.deriveBits(params, key, length * 8))
}

export async function importAeadKey(raw: Uint8Array): Promise<AeadKey> {
  const key = await crypto.subtle.importKey('raw', source(raw), 'AES-GCM', false, ['encrypt', 'decrypt'])
  const params = (iv: Uint8Array, context: Uint8Array | string) => ({
    name: 'AES-GCM',
    iv: source(iv),
    additionalData: source(context),
  })
  return {
    async seal(iv, plaintext, context) {
      return new Uint8Array(await crypto.subtle.encrypt(params(iv, context), key, source(plaintext)))
    },
    async open(iv, sealed, context) {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(params(iv, context), key, source(sealed)))
      } catch {
        return null
      }
    },
  }
}

/** What Web Crypto takes. The cast is sound: no one hands us shared memory, and Web Crypto would refuse it. */
function source(data: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return (typeof data === 'string' ? new TextEncoder().encode(data) : data) as Uint8Array<ArrayBuffer>
}
