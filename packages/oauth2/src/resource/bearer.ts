/**
 * Bearer tokens: who holds the token may use it.
 *
 * @spec RFC 6750 §2
 * @spec OAuth 2.1 §5.1
 */

import { readForm, type HttpRequest } from '@authlib/core'
import { parseAuthorization, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidToken, malformedToken } from './bearer-errors.ts'
import type { TokenScheme } from './token-scheme.ts'

const scheme = 'Bearer'

export interface BearerOptions {
  /** Longest token accepted, in characters. Default 16384. */
  maxLength?: number | undefined
  /**
   * Also accepts `access_token` in a form body, RFC 6750 §2.2, for clients that cannot set a header. Bodies end up in
   * logs more easily. Off by default, and then no body is ever read here.
   */
  insecureFormBody?: boolean | undefined
}

/**
 * The `Bearer` scheme. A token in the query is not looked at (OAuth 2.1 §5.1). A token that is bound to a key is refused
 * unless a confirmation of the protector, such as `mutualTls()`, checks the binding.
 */
export function bearer({ maxLength, insecureFormBody = false, ...others }: BearerOptions = {}): TokenScheme {
  refuseUnknownOptions('bearer', others)
  return {
    scheme,
    async read(request) {
      const fromHeader = readHeader(request)
      const fromBody = insecureFormBody ? await readBody(request) : undefined
      if (fromHeader !== undefined && fromBody !== undefined) throw malformedToken('two methods', scheme) // RFC 6750 §2
      const token = fromHeader ?? fromBody
      if (token === undefined) return undefined
      return readBoundedToken(token, scheme, maxLength)
    },
    confirm({ tokenType }) {
      if (tokenType.toLowerCase() !== 'bearer') throw invalidToken('the token is of another type') // RFC 6749 §7.1
    },
  }
}

/** The text of a token, within its grammar and length. RFC 6750 §2.1. @throws ResourceError `invalid_request` */
export function readBoundedToken(text: string, scheme: string, maxLength: number = 16_384): string {
  if (text.length > maxLength) throw malformedToken('the token is too long', scheme)
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(text)) throw malformedToken('the token is not a b64token', scheme)
  return text
}

function readHeader(request: HttpRequest): string | undefined {
  const credentials = parseAuthorization(request.headers.get('authorization'))
  return credentials?.scheme === 'bearer' ? credentials.value : undefined
}

async function readBody(request: HttpRequest): Promise<string | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (request.method === 'GET' || !/^application\/x-www-form-urlencoded(?:;|$)/i.test(type)) return undefined
  const params = await readForm(request)
  if (params.repeated.includes('access_token')) throw malformedToken('access_token is repeated', scheme)
  return params.get('access_token')
}
