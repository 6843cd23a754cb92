/**
 * One registered client for many providers: each login says which, such as that of the customer whose employees log in.
 *
 * @spec RFC 9700 §4.4
 */

import {
  AuthlibError,
  systemClock,
  type Awaitable,
  type JsonObject,
  type LoginClient,
  type LoginOptions,
  type Provider,
} from '@authlib/core'
import { recentMap } from '@authlib/core/kit'

/** What {@link clientPerLogin} makes. */
export interface ClientPerLogin<
  Name extends string,
  Options extends LoginOptions,
  Result extends object,
  Client,
> extends LoginClient<Options & Readonly<Record<Name, string>>, JsonObject, Result & Readonly<Record<Name, string>>> {
  /**
   * The client of one provider, for sessions and other calls. The same one for five minutes.
   *
   * @throws AuthlibError `invalid_variable` when there is none
   */
  of(value: string): Promise<Client>
}

/** Seconds after which `find` is asked again. */
const FRESH = 300
/** Clients that are kept, each with its metadata and keys. */
const MOST = 1000

/**
 * `option` is what each login names, and what comes back with its result. `find` looks it up and returns a provider, or null
 * when there is none. Never make a URL of a value that nobody has checked: find it in a table, or against a pattern.
 *
 * All providers share a redirect URI. Use confidential clients, or providers that send `iss` with their callbacks: of a public
 * client, a dishonest provider could have the code of another one sent to itself (RFC 9700 §4.4). They share the token store
 * too, under the keys that you choose.
 *
 * @example
 * const oauth = new OAuth({ adapter, secrets }).register(
 *   'sso',
 *   clientPerLogin('tenant', async (tenant) => {
 *     const customer = await customers.find(tenant) // { issuer, clientId, clientSecret }
 *     return customer && oidc({ ...customer, addresses: publicAddresses })
 *   }),
 * )
 * await oauth.sso.authorizeRedirect(context, { redirectUri: 'https://app.example/callback', tenant: 'ann' })
 */
export function clientPerLogin<
  const Name extends string,
  Options extends LoginOptions,
  Login extends JsonObject,
  Result extends object,
  Client extends object,
>(
  option: Name,
  find: (value: string) => Awaitable<Provider<Client & LoginClient<Options, Login, Result>> | null | undefined>,
): Provider<ClientPerLogin<Name, Options, Result, Client & LoginClient<Options, Login, Result>>> {
  type Found = Client & LoginClient<Options, Login, Result>
  return (environment) => {
    const { clock = systemClock } = environment
    const known = recentMap<{ readonly client: Promise<Found>; readonly until: number }>(MOST)

    async function make(value: string): Promise<Found> {
      const provider = await find(value)
      if (provider === null || provider === undefined) throw invalid(option, 'names no provider')
      return provider(environment)
    }

    async function of(value: unknown): Promise<Found> {
      if (typeof value !== 'string' || value === '' || value.length > 255) {
        throw invalid(option, 'is missing, or longer than 255 characters')
      }
      const before = known.get(value)
      if (before !== undefined && clock() < before.until) return before.client
      const client = make(value)
      known.set(value, { client, until: clock() + FRESH })
      client.catch(() => known.delete(value))
      return client
    }

    return {
      of,

      // Which provider it is, is in what this finds: so it cannot depend on the provider.
      loginId: (params) => params.get('state'),

      async createAuthorization(options) {
        const { [option]: value, ...others } = options
        const client = await of(value)
        // sound: all but the member that was added to Options
        const started = await client.createAuthorization(others as unknown as Options)
        return { ...started, login: { value, login: started.login } }
      },

      async finishAuthorization(params, { value, login }, options) {
        const client = await of(value)
        const result = await client.finishAuthorization(params, login as Login, options) // sound: made by `createAuthorization` above
        return { ...result, ...({ [option]: value } as Readonly<Record<Name, string>>) } // sound: `of` took it
      },
    }
  }
}

function invalid(option: string, reason: string): AuthlibError {
  return new AuthlibError('invalid_variable', `'${option}' ${reason}`, { status: 400 })
}
