/**
 * Percent encoding for signatures, in one pass over each string.
 *
 * @spec RFC 5849 §3.6
 */

import { encodeFormValue } from '@authlib/core/kit'

/** The same as encoding twice, which is how parameters stand in a base string. */
export function encodeTwice(text: string): string {
  let encoded = ''
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const escape = ESCAPES[text.charCodeAt(at)]
    if (escape === '') continue
    if (escape === undefined) return encoded + encodeFormValue(text.slice(start)).replaceAll('%', '%25')
    encoded += text.slice(start, at) + escape
    start = at + 1
  }
  return start === 0 ? text : encoded + text.slice(start)
}

/** For each character of ASCII what it becomes; empty for one that stays. */
const ESCAPES: readonly string[] = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) =>
  encodeFormValue(String.fromCharCode(code)).replace('%', '%25').replace(/^.$/, ''),
)
