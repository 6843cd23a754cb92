/** Identifiers of protected resources: absolute URIs without a fragment. @spec RFC 8707 §2 */

import { isValidUrl } from '@authlib/core/kit'

/** Whether it can name a resource: an absolute URL or a URN, without a fragment. */
export function isResourceUri(text: string): boolean {
  return isValidUrl(text, { fragments: false }) || URN.test(text)
}

const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:[\w.~:/@!$&'()*+,;=%-]+$/i
