/**
 * The hash of a body that is no form, so that the signature covers it too.
 *
 * @spec OAuth Request Body Hash §3.2
 */

import * as runtime from '#runtime'
import type { Awaitable } from '@authlib/core'
import { encodeUtf8 } from '@authlib/core/kit'
import type { SignatureMethod } from './signature-method.ts'

/** The value of `oauth_body_hash`: without a key, by the hash of the signature method. */
export function bodyHash(body: string | Uint8Array, { hash }: Pick<SignatureMethod, 'hash'>): Awaitable<string> {
  return runtime.digest(hash, typeof body === 'string' ? encodeUtf8(body) : body)
}

/** Whether a content type is that of a form, whose parameters are signed one by one. RFC 5849 §3.4.1.3.1 */
export function isForm(contentType: string | null | undefined): boolean {
  return contentType?.split(';', 1)[0]!.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}
