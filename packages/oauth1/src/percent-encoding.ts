/**
 * Percent encoding in one pass over each string, because a request has many that a signature encodes.
 *
 * @spec RFC 5849 §3.6
 */

import { encodeFormValue } from '@authlib/core/kit'

/** Everything but letters, digits and `-._~` as `%XX`. */
export const percentEncode: (text: string) => string = /* @__PURE__ */ encoder('%')

/** The same as encoding twice, which is how parameters stand in a base string. */
export const encodeTwice: (text: string) => string = /* @__PURE__ */ encoder('%25')

/** An encoder that writes `percent` for the percent sign of an escape. */
function encoder(percent: string): (text: string) => string {
  // What each character of ASCII becomes; empty for one that stays.
  const escapes = Array.from({ length: 128 }, (_, code) =>
    encodeFormValue(String.fromCharCode(code)).replace(/^.$/, '').replace('%', percent),
  )
  return (text) => {
    let encoded = ''
    let start = 0
    for (let at = 0; at < text.length; at++) {
      const escape = escapes[text.charCodeAt(at)]
      if (escape === '') continue
      if (escape === undefined) return encoded + encodeFormValue(text.slice(start)).replaceAll('%', percent)
      encoded += text.slice(start, at) + escape
      start = at + 1
    }
    return start === 0 ? text : encoded + text.slice(start)
  }
}
