/**
 * The hash of a body that is no form, so that the signature covers it too.
 *
 * @spec OAuth Request Body Hash §3.2
 */

import * as runtime from '#runtime'
import type { Awaitable } from '@authlib/core'
import { encodeUtf8 } from '@authlib/core/kit'
import type { SignatureMethod } from './signature-method.ts'

/**
 * The value of `oauth_body_hash`: without a key, by the hash of the signature method.
 *
 * @throws TypeError for a stream or anything else whose bytes are not known before it is sent
 */
export function bodyHash(
  body: string | ArrayBuffer | ArrayBufferView | Blob,
  { hash }: Pick<SignatureMethod, 'hash'>,
): Awaitable<string> {
  if (typeof body === 'string') return runtime.digest(hash, encodeUtf8(body))
  if (ArrayBuffer.isView(body)) {
    return runtime.digest(hash, new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  }
  if (body instanceof ArrayBuffer) return runtime.digest(hash, new Uint8Array(body))
  if (body instanceof Blob) return body.arrayBuffer().then((bytes) => runtime.digest(hash, new Uint8Array(bytes)))
  throw unknownBytes()
}

/** What is thrown for a body that cannot be hashed before it is sent. */
export function unknownBytes(): TypeError {
  return new TypeError('A body hash needs the bytes of the body: read a stream into bytes first')
}

/** Whether a content type is that of a form, whose parameters are signed one by one. RFC 5849 §3.4.1.3.1 */
export function isForm(contentType: string | null | undefined): boolean {
  return contentType?.split(';', 1)[0]!.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}
