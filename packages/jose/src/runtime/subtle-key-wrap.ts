/** AES Key Wrap, RFC 3394, by WebCrypto. */

const asBytes = { name: 'HMAC', hash: 'SHA-256' } // a key that may have any length, for the bytes alone

/** The key, encrypted under another one. */
export async function wrapKey(wrappingKey: Uint8Array, key: Uint8Array): Promise<Uint8Array> {
  const [outer, inner] = await Promise.all([
    crypto.subtle.importKey('raw', new Uint8Array(wrappingKey), 'AES-KW', false, ['wrapKey']),
    crypto.subtle.importKey('raw', new Uint8Array(key), asBytes, true, ['sign']),
  ])
  return new Uint8Array(await crypto.subtle.wrapKey('raw', inner, outer, 'AES-KW'))
}

/** The key inside. Throws when it was not wrapped under this one. */
export async function unwrapKey(wrappingKey: Uint8Array, wrapped: Uint8Array): Promise<Uint8Array> {
  const outer = await crypto.subtle.importKey('raw', new Uint8Array(wrappingKey), 'AES-KW', false, ['unwrapKey'])
  const inner = await crypto.subtle.unwrapKey('raw', new Uint8Array(wrapped), outer, 'AES-KW', asBytes, true, ['sign'])
  return new Uint8Array(await crypto.subtle.exportKey('raw', inner))
}
