/** Who signs in after a login, by what every client tells. */

import { AuthlibError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { ProviderSession, SignIn } from './login-session.ts'

/** The part of a finished login that is read here. */
interface Login {
  readonly name: string
  readonly result: object
}

/** What the results of the protocols have in common. Core knows none of them. */
interface KnownResult {
  readonly claims?: ProviderSession
  readonly profile?: Readonly<Record<string, unknown>>
  readonly token?: { readonly id: string }
}

/** Characters of one value that goes into the session, and so perhaps into a cookie. */
const MAX_VALUE = 500

/**
 * The subject at the provider, and the name of a person. A subject is unique within its issuer only.
 *
 * @throws AuthlibError `missing_subject`
 */
export function identifyByProfile({ name, result }: Login): Pick<SignIn, 'subject' | 'data'> {
  const { claims, profile = {} } = result as KnownResult
  const sub = claims?.sub ?? profile['sub']
  if (typeof sub !== 'string') {
    throw new AuthlibError('missing_subject', 'The login does not say who logged in', {
      hint: `Give \`loginRoutes\` an \`identify\` that finds the person, as '${name}' has no profile.`,
    })
  }
  const data: Record<string, string> = {}
  for (const member of ['name', 'email', 'picture']) {
    const value = profile[member]
    if (typeof value === 'string' && value.length <= MAX_VALUE) data[member] = value
  }
  return { subject: `${claims?.iss ?? name} ${sub}`, data: data satisfies JsonObject }
}

/** Everything that a session can keep of a login. */
export function signInOf({ name, result }: Login, who: Pick<SignIn, 'subject' | 'data'>, keepsToken: boolean): SignIn {
  const { claims, token } = result as KnownResult
  return { ...who, client: name, claims, token: keepsToken ? token : undefined }
}
