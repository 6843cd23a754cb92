/** What HTTP can carry, and how headers of two parties go together. */

import type { HttpResponse } from './http.ts'
import { TOKEN } from './http-token.ts'

/**
 * The same response, if HTTP can carry it. An adapter that got it from `createDispatch` or `admit` need not check.
 *
 * @throws TypeError for a status outside 200 to 599, a name that is no token, a line break or another control character
 */
export function assertSendable(response: HttpResponse): HttpResponse {
  const { status, headers } = response
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new TypeError('The status cannot be sent')
  for (const header of headers) {
    const name = header[0] // taken apart in the head of the loop, a pair costs an iterator
    const value = header[1]
    if (!TOKEN.test(name)) throw new TypeError('The name of a header cannot be sent')
    assertHeaderValue(name, value)
  }
  return response
}

/**
 * Refuses a value of a header that HTTP cannot carry.
 *
 * @throws TypeError for a line break or another control character
 */
export function assertHeaderValue(name: string, value: string): void {
  if (!FIELD_VALUE.test(value)) throw new TypeError(`The header ${name} has characters that cannot be sent`)
}

/** RFC 9110 §5.5. */
const FIELD_VALUE = /^[\t -~\x80-\xff]*$/

/** How a header goes together with one of the same name that the application has set before. */
export function headerMerge(name: string): 'append' | 'replace' | 'keep' {
  return MERGE.get(name.toLowerCase()) ?? 'replace'
}

const MERGE: ReadonlyMap<string, 'append' | 'keep'> = new Map([
  ['set-cookie', 'append'],
  ['vary', 'append'],
  ['access-control-expose-headers', 'append'],
  ['access-control-allow-origin', 'keep'], // the application may be stricter
])
