/** Reads `WWW-Authenticate`, RFC 9110 §11, in linear time. */

/** One challenge of a `WWW-Authenticate` header. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string
  /** By name in lower case. */
  readonly params: ReadonlyMap<string, string>
  readonly token68?: string
}

/** The challenges of a `WWW-Authenticate` header. None when any of it is malformed: the rest may then mislead. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string>; token68?: string }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    at += match?.[0].length ?? 0
    return match
  }
  let bound = false // what follows a scheme without a comma belongs to it
  for (take(SEPARATORS); at < header.length;) {
    const parameter = take(PARAMETER)
    if (parameter === null) {
      const scheme: RegExpExecArray | null = bound ? null : take(SCHEME)
      if (scheme === null) return []
      const [, name, value]: readonly (string | undefined)[] = scheme
      challenges.push({
        scheme: name!.toLowerCase(),
        params: new Map(),
        ...(value === undefined ? {} : { token68: value }),
      })
      bound = value === undefined && take(/ +(?=[^ \t,])/y) !== null
      if (bound) continue
    } else {
      const current = challenges.at(-1)
      const name = parameter[1]!.toLowerCase()
      const quoted = parameter[2] === undefined ? unquote(header, at) : null
      const value = parameter[2] ?? quoted?.value
      if (value === undefined || current === undefined || current.token68 !== undefined) return []
      if (current.params.has(name)) return [] // RFC 9110 §11.2: once per challenge
      current.params.set(name, value)
      at = quoted?.end ?? at
      bound = false
    }
    if (take(SEPARATORS)?.[0].includes(',') !== true && at < header.length) return []
  }
  return challenges
}

const token = String.raw`[\w!#$%&'*+.^\x60|~-]+` // RFC 9110 §5.6.2
const token68 = String.raw`[\w.~+/-]+=*(?=[ \t]*(?:,|$))` // §11.2
// Sticky, and no two parts side by side share a character: nothing to try twice.
const SEPARATORS = /[ \t,]*/y
const SCHEME = new RegExp(`(${token})(?: +(${token68}))?`, 'y')
const PARAMETER = new RegExp(String.raw`(${token})[ \t]*=[ \t]*(?:(${token})|")`, 'y')

/** The quoted string whose first character stands at `start`, or null when it does not end. */
function unquote(text: string, start: number): { value: string; end: number } | null {
  let value = ''
  for (let i = start; i < text.length; i++) {
    if (text[i] === '"') return { value, end: i + 1 }
    if (text[i] === '\\') i++
    value += text[i] ?? ''
  }
  return null
}
