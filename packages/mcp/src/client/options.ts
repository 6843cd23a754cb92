/** What an MCP client is told, and what it needs kept. */

import type { AddressRule, Awaitable, Clock, JsonObject, Random, TokenStore } from '@authlib/core'
import type {
  ClientAuth,
  ClientExtension,
  OAuth2Client,
  OAuth2Login,
  Registration,
  Token,
} from '@authlib/oauth2/client'

/** What the callback needs of a login. Secret: keep it where only this person brings it back. */
export type McpLogin = OAuth2Login

/** A client that somebody registered by hand. It is good for this authorization server and no other. */
export interface KnownClient {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string | undefined
  /** How it authenticates. Default: by `clientSecret`, or not at all. */
  readonly clientAuth?: ClientAuth | undefined
}

/** Where registrations are kept, by the issuer that made them: in production, in your database. They hold secrets. */
export interface RegistrationStore {
  get(issuer: string): Promise<Registration | null>
  /** Null forgets it: the server no longer knows this client. */
  save(issuer: string, registration: Registration | null): Promise<void>
}

/** What is known of the resource when a token is asked for without a person. */
export interface ObtainRequest {
  readonly resource: readonly string[]
  readonly scope: readonly string[] | undefined
}

export interface McpAuthOptions {
  /** The URL of the MCP server. Tokens go there and nowhere else. */
  readonly url: string
  readonly redirectUri: string
  /**
   * Sends the person to `url`. A program that waits for the browser to come back returns the URL that it came back to, and
   * the request goes on. A web application keeps `login`, returns nothing, and calls `finish` in the route of the redirect
   * URI; the request that began it fails with `login_required`.
   */
  readonly onLogin?: ((url: string, login: McpLogin) => Awaitable<string | undefined | void>) | undefined
  /** Gets a token without a person: `(client, request) => client.clientCredentials(request)`. Instead of `onLogin`. */
  readonly obtain?: ((client: OAuth2Client, request: ObtainRequest) => Promise<Token>) | undefined
  /** Whose tokens these are, where `tokens` holds those of several people. Default: one. */
  readonly account?: string | undefined
  /** Default: in the memory of this process. */
  readonly tokens?: TokenStore | undefined
  /** Clients registered by hand, tried first. */
  readonly clients?: readonly KnownClient[] | undefined
  /** The https URL of the document that says who this client is, for servers that read such documents. */
  readonly clientId?: string | undefined
  /** How the client of `clientId` authenticates. Default: not at all. */
  readonly clientAuth?: ClientAuth | undefined
  /** Client metadata for servers that register clients. Wire names, such as `client_name`. Default: registered without a name. */
  readonly registration?: JsonObject | undefined
  /** Default: in the memory of this process, which registers anew at each start. */
  readonly registrations?: RegistrationStore | undefined
  /** Which of the authorization servers of the resource is used. Default: one of `clients`, else the first. */
  readonly chooseIssuer?: ((issuers: readonly string[]) => string) | undefined
  /** Values such as `dpop()`. */
  readonly extensions?: readonly ClientExtension[] | undefined
  /** `publicAddresses` when somebody else chose `url`: no private addresses. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
  /** Seconds for one request to metadata and authorization servers. Default 10. */
  readonly timeout?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}
