/** How many bytes a strict base64url text stands for, or -1 when it is none: without decoding it. RFC 7515 §2, RFC 4648 §3.5 */
export function base64urlLength(text: string): number {
  if (!/^[\w-]*$/.test(text)) return -1
  const tail = text.length % 4
  if (tail === 1) return -1
  const last = text.at(-1) ?? ''
  if (tail === 2 && !'AQgw'.includes(last)) return -1 // the four bits that are left over are zero
  if (tail === 3 && !'AEIMQUYcgkosw048'.includes(last)) return -1 // the two bits
  return bytesIn(text)
}

/** The same for text that is known to be one. */
export function bytesIn(text = ''): number {
  return Math.floor((text.length * 3) / 4)
}
