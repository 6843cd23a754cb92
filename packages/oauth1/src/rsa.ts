/**
 * RSA signatures, RSASSA-PKCS1-v1_5. The server knows only the public key of the client.
 *
 * @spec RFC 5849 §3.4.3
 */

import { decodeBase64, encodeBase64, encodeUtf8, recentMap } from '@authlib/core/kit'
import { importKey, type KeyMaterial } from '@authlib/jose'
import type { Hash } from './runtime/runtime.ts'
import type { SignatureMethod } from './signature-method.ts'

/** What RFC 5849 defines, and Atlassian's servers ask for. Prefer {@link rsaSha256} where the provider has it. */
export const rsaSha1: SignatureMethod = /* @__PURE__ */ rsaMethod('RSA-SHA1', 'SHA-1')

/** Preferred where the provider has it. */
export const rsaSha256: SignatureMethod = /* @__PURE__ */ rsaMethod('RSA-SHA256', 'SHA-256')

/** Where a provider asks for it. */
export const rsaSha512: SignatureMethod = /* @__PURE__ */ rsaMethod('RSA-SHA512', 'SHA-512')

const ALGORITHM = 'RSASSA-PKCS1-v1_5'

type Usage = 'sign' | 'verify'

function rsaMethod(name: string, hash: Hash): SignatureMethod {
  const imported: Readonly<Record<Usage, (material: KeyMaterial) => Promise<CryptoKey>>> = {
    sign: keyImport(name, hash, 'sign'),
    verify: keyImport(name, hash, 'verify'),
  }
  return {
    name,
    hash,
    key: 'publicKey',
    async sign(baseString, { privateKey }) {
      if (privateKey === undefined) throw new TypeError(`${name} needs a privateKey`)
      const key = await imported.sign(privateKey)
      return encodeBase64(new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, bytesOf(baseString))))
    },
    async verify(baseString, signature, { publicKey }) {
      const bytes = decodeOrNull(signature)
      if (publicKey === undefined || bytes === null) return false
      const key = await imported.verify(publicKey)
      return crypto.subtle.verify(ALGORITHM, key, bytes as Uint8Array<ArrayBuffer>, bytesOf(baseString)) // sound: not shared
    },
  }
}

/** Imports a key once. PEM is kept by its text, everything else by its identity. */
function keyImport(name: string, hash: Hash, usage: Usage): (material: KeyMaterial) => Promise<CryptoKey> {
  const byText = recentMap<Promise<CryptoKey>>(100)
  const byObject = new WeakMap<object, Promise<CryptoKey>>()
  return (material) => {
    const known = typeof material === 'string' ? byText.get(material) : byObject.get(material)
    if (known !== undefined) return known
    const key = importRsaKey(material, name, hash, usage)
    key.catch(() => undefined) // awaited by whoever asked
    if (typeof material === 'string') byText.set(material, key)
    else byObject.set(material, key)
    return key
  }
}

/** A `CryptoKey` is taken as it is, so that a key of 1024 bits, which some old providers hand out, can be used at all. */
async function importRsaKey(material: KeyMaterial, name: string, hash: Hash, usage: Usage): Promise<CryptoKey> {
  if (typeof CryptoKey === 'function' && material instanceof CryptoKey) return checkedKey(material, name, hash, usage)
  const key = await importKey(material)
  if (key.kty !== 'RSA') throw new TypeError(`${name} needs an RSA key`)
  if (usage === 'sign' && !key.isPrivate) throw new TypeError(`${name} signs with the private key`)
  const {
    use: _use,
    key_ops: _operations,
    alg: _algorithm,
    ...jwk
  } = usage === 'sign' ? key.privateJwk() : key.publicJwk()
  return crypto.subtle.importKey('jwk', jwk as JsonWebKey, { name: ALGORITHM, hash }, false, [usage]) // sound: an RSA key
}

function checkedKey(key: CryptoKey, name: string, hash: Hash, usage: Usage): CryptoKey {
  const { name: algorithm, hash: own } = key.algorithm as { name: string; hash?: { name: string } } // of RSA keys and others
  if (algorithm !== ALGORITHM || own?.name !== hash)
    throw new TypeError(`${name} needs a key of ${ALGORITHM} with ${hash}`)
  if (!key.usages.includes(usage)) throw new TypeError(`${name} needs a key that may ${usage}`)
  return key
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encodeUtf8(text) as Uint8Array<ArrayBuffer> // sound: not shared
}

function decodeOrNull(text: string): Uint8Array | null {
  try {
    return decodeBase64(text)
  } catch {
    return null
  }
}
