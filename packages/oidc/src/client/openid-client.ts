/** A relying party: an OAuth 2 client that learns who logged in. */

import type { StartedLogin } from '@authlib/core'
import { OAuth2Client, type Finish } from '@authlib/oauth2/client'
import type { OpenIDAuthorizationOptions, OpenIDLogin, OpenIDLoginResult } from './login.ts'
import type { OpenIDContext } from './openid-context.ts'
import { relyingParty } from './relying-party.ts'
import type { OpenIDSettings } from './settings.ts'

export interface OpenIDClientOptions<Result extends object = OpenIDLoginResult> extends OpenIDSettings {
  /** Runs at the end of each login; what it returns is the result of the login. Default: the result as it is. */
  readonly finish?: Finish<OpenIDLoginResult, Result> | undefined
}

/**
 * Works with or without a registry, like `OAuth2Client`.
 *
 * @example
 * const client = new OpenIDClient({ issuer: 'https://idp.example', clientId, clientSecret })
 * const { url, login } = await client.createAuthorization({ redirectUri })
 */
export class OpenIDClient<
  Result extends object = OpenIDLoginResult,
  Options extends OpenIDAuthorizationOptions = OpenIDAuthorizationOptions,
> extends OAuth2Client<Result, Options> {
  /** What features need of the provider, such as its keys. */
  readonly openid: OpenIDContext

  constructor({ finish, extensions = [], ...settings }: OpenIDClientOptions<Result>) {
    const { settings: own, extension, openid, finish: identify } = relyingParty(settings)
    super({
      ...own,
      extensions: [extension, ...extensions],
      async finish(result, context) {
        const login = await identify(result, context)
        // sound: without `finish`, Result is what it defaults to
        return finish === undefined ? (login as OpenIDLoginResult & Result) : finish(login, context)
      },
    })
    this.openid = openid
  }

  /** @throws AuthlibError `reserved_parameter`, `missing_endpoint` */
  override async createAuthorization(options: Options): Promise<StartedLogin<OpenIDLogin>> {
    return (await super.createAuthorization(options)) as StartedLogin<OpenIDLogin> // sound: the extension above makes it
  }
}
