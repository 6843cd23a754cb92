/** ECDSA signatures: DER as libraries make them, r ‖ s as JOSE wants them (RFC 7518 §3.4). */

/** DER to r ‖ s. Only for signatures our own library has just made. */
export function derToRaw(der: Uint8Array, length: number): Uint8Array {
  const half = length / 2
  const raw = new Uint8Array(length)
  let at = der[1] === 0x81 ? 3 : 2
  at = copyInteger(der, at, raw, half)
  copyInteger(der, at, raw, length)
  return raw
}

function copyInteger(der: Uint8Array, at: number, raw: Uint8Array, end: number): number {
  let length = der[at + 1] ?? 0
  let from = at + 2
  const next = from + length
  if (der[from] === 0) {
    from += 1
    length -= 1
  }
  for (let i = 0; i < length; i++) raw[end - length + i] = der[from + i] ?? 0
  return next
}

/** r ‖ s to DER. Any bytes give well-formed DER; whether they are a signature is for the verifier to say. */
export function rawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  const r = integerStart(raw, 0, half)
  const s = integerStart(raw, half, raw.length)
  const rPad = (raw[r] ?? 0) >> 7
  const sPad = (raw[s] ?? 0) >> 7
  const rLength = half - r + rPad
  const sLength = raw.length - s + sPad
  const body = 4 + rLength + sLength
  const long = body > 127 ? 1 : 0
  const der = new Uint8Array(2 + long + body)
  der[0] = 0x30
  if (long === 1) der[1] = 0x81
  der[1 + long] = body
  let at = 2 + long
  der[at] = 2
  der[at + 1] = rLength
  der.set(raw.subarray(r, half), at + 2 + rPad)
  at += 2 + rLength
  der[at] = 2
  der[at + 1] = sLength
  der.set(raw.subarray(s), at + 2 + sPad)
  return der
}

function integerStart(raw: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end - 1 && raw[at] === 0) at++
  return at
}
