/** Decoded form and query parameters, and how they are written. RFC 6749 appendix B. */

import { AuthlibError } from './errors.ts'

/** How much a request may send. */
export interface ParamLimits {
  /** Most parameters in one request. Default 100. */
  readonly maxCount?: number | undefined
  /** Most characters of the encoded text. Default 65,536. */
  readonly maxLength?: number | undefined
}

export interface ParamsOptions {
  /** Names that may be sent more than once. Default `resource` (RFC 8707 §2) and `audience` (RFC 8693 §2.1). */
  readonly repeatable?: readonly string[] | undefined
  readonly limits?: ParamLimits | undefined
}

/** Values by name. `undefined` leaves the name out. */
export type ParamValues = Readonly<Record<string, string | readonly string[] | undefined>>

const REPEATABLE: readonly string[] = ['resource', 'audience']

/** Parameters by name. Immutable. A parameter without a value counts as omitted (RFC 6749 §3.1). */
export class Params implements Iterable<[string, string]> {
  /** Names that were sent more than once although they may not be: a request that uses one is invalid. RFC 6749 §3.1. */
  readonly repeated: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]> // a map: `__proto__` is a name like any other

  private constructor(values: ReadonlyMap<string, readonly string[]>, repeated: readonly string[]) {
    this.#values = values
    this.repeated = repeated
  }

  /** Reads form-encoded text. Throws `invalid_request` (400) when it is malformed or larger than the limits. */
  static parse(text: string, { repeatable = REPEATABLE, limits = {} }: ParamsOptions = {}): Params {
    const { maxCount = 100, maxLength = 65_536 } = limits
    if (text.length > maxLength) throw invalidRequest('The parameters are too long')
    if (UNENCODED.test(text) || text.includes('%00')) throw malformed()
    const values = new Map<string, string[]>()
    const repeated: string[] = []
    let count = 0
    for (let start = 0; start < text.length;) {
      const separator = text.indexOf('&', start)
      const end = separator === -1 ? text.length : separator
      if (end > start) {
        if (++count > maxCount) throw invalidRequest('There are too many parameters')
        const equals = text.indexOf('=', start)
        const split = equals === -1 || equals > end ? end : equals
        const name = decodeFormValue(text.slice(start, split))
        const value = decodeFormValue(text.slice(split + 1, end))
        const sent = values.get(name)
        if (sent === undefined) values.set(name, value === '' ? [] : [value])
        else {
          if (!repeatable.includes(name) && !repeated.includes(name)) repeated.push(name)
          if (value !== '') sent.push(value)
        }
      }
      start = end + 1
    }
    return new Params(values, repeated)
  }

  static of(values: ParamValues): Params {
    return new Params(new Map(listsOf(values)), [])
  }

  /** The value. Undefined when there is none, or more than one: nothing is ever guessed. */
  get(name: string): string | undefined {
    const values = this.#values.get(name)
    return values?.length === 1 && !this.repeated.includes(name) ? values[0] : undefined
  }

  /** Whether the parameter has a value. */
  has(name: string): boolean {
    return this.all(name).length > 0
  }

  /** Every value in the order sent. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** The names that have a value. */
  *names(): Generator<string, void> {
    for (const [name, values] of this.#values) if (values.length > 0) yield name
  }

  *[Symbol.iterator](): Generator<[string, string], void> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value]
  }

  /** A copy with these parameters set, or removed where the value is undefined. */
  with(changes: Readonly<Record<string, string | undefined>>): Params {
    const repeated = this.repeated.filter((name) => !Object.hasOwn(changes, name))
    return new Params(new Map([...this.#values, ...listsOf(changes)]), repeated)
  }

  /** Form-encoded. */
  toString(): string {
    return encodePairs(this)
  }
}

/** `a=1&b=2`. Undefined is left out, a list repeats its name. */
export function encodeForm(values: ParamValues): string {
  return encodePairs(
    Object.entries(values).flatMap(([name, value = []]) => [value].flat().map((one): [string, string] => [name, one])),
  )
}

/**
 * One name or value: everything but the unreserved characters of RFC 3986 §2.3 as `%XX`, a space as `%20`, which reads
 * the same in a form, a query and a fragment. A lone surrogate becomes U+FFFD.
 */
export function encodeFormValue(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The reverse of {@link encodeFormValue}; `+` is a space. Throws `invalid_request` (400) on bad `%XX` or bad UTF-8. */
export function decodeFormValue(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw malformed()
  }
}

/** What every URL parser would have encoded (WHATWG URL, query percent-encode set) may not stand there bare. */
const UNENCODED = /[^!$-;=?-~]/

function encodePairs(pairs: Iterable<[string, string]>): string {
  let text = ''
  for (const [name, value] of pairs) text += `${text && '&'}${encodeFormValue(name)}=${encodeFormValue(value)}`
  return text
}

/** An empty list stands for a name that is left out. */
function listsOf(values: ParamValues): [name: string, values: readonly string[]][] {
  return Object.entries(values).map(([name, value = []]) => [name, [value].flat().filter((one) => one !== '')])
}

function malformed(): AuthlibError {
  return invalidRequest('The parameters are malformed')
}

function invalidRequest(message: string): AuthlibError {
  return new AuthlibError('invalid_request', message, { status: 400 })
}
