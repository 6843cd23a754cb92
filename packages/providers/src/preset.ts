/** The shape of a preset: a provider as data, without code. */

/**
 * Where a value is in an answer: `data.user.0.id`, `emails.[primary].address`, which is the first item whose `primary` is
 * true. An array names places in order, and the first that holds something wins.
 * With braces it is a template, which needs all its parts: `{first_name} {last_name}`. After `=` stands a constant.
 * `token.` leads into the members of the token response that are kept, `more.` into the answers of further requests.
 */
export type Path = string | readonly string[]

/** What a placeholder such as `{tenant}` in a URL or header may be. */
export interface PresetVariable {
  /** A regular expression for the whole value. It keeps requests on hosts of the provider. */
  readonly pattern: string
  readonly default?: string
  /**
   * Who says it. Default `options`, the options of the factory. `login` is an option of each login, `callback` a parameter of
   * the callback, and `token` a member of the token response. The last three are kept in `token.extra`.
   */
  readonly from?: 'options' | 'login' | 'callback' | 'token'
}

/** Members that presets have in common. Wire names inside `metadata`, `params` and `profile`. */
export interface PresetFacts {
  /** The name of the factory, and the name to register it by. */
  readonly name: string
  /** The name that people know. */
  readonly title: string
  readonly variables?: Readonly<Record<string, PresetVariable>>
  /** Members of RFC 8414; they win over what is discovered. URLs may hold placeholders. */
  readonly metadata?: Readonly<Record<string, string | boolean | readonly string[]>>
  /** Where the secret goes. Default: in the header for OAuth 2, and where the metadata says for OpenID Connect. */
  readonly clientAuth?: 'client_secret_basic' | 'client_secret_post' | 'none'
  /** Parameters that this provider calls by another name: `{ client_id: 'client_key' }`. */
  readonly parameterNames?: Readonly<Record<string, string>>
  /** The default scope. */
  readonly scope?: readonly string[]
  /** Between the values of a scope that is asked for. Default: a space. */
  readonly scopeSeparator?: ','
  /** Default `S256`. `none` where the provider refuses it or knows nothing of it. */
  readonly pkce?: 'S256' | 'plain' | 'none'
  readonly authorization?: {
    readonly params?: Readonly<Record<string, string>>
    /** Stands behind the URL: `#wechat_redirect`. */
    readonly fragment?: string
    readonly responseMode?: 'form_post'
  }
  /** How a login gets a refresh token: always, never, or when it asks for it in this way. */
  readonly offline:
    'always' | 'never' | { readonly params?: Readonly<Record<string, string>>; readonly scope?: readonly string[] }
  readonly tokenRequest?: {
    /** Default `form`. `query` sends a GET. */
    readonly encoding?: 'form' | 'json' | 'query'
    readonly headers?: Readonly<Record<string, string>>
    readonly params?: Readonly<Record<string, string>>
    /** Parameters of the callback that are sent again, here and with each refresh. Kept in `token.extra`. */
    readonly fromCallback?: readonly string[]
  }
  readonly refreshRequest?: {
    /** Default: the token endpoint. */
    readonly url?: string
    /** Null leaves one out that would be sent otherwise. */
    readonly params?: Readonly<Record<string, string | null>>
  }
  readonly tokenResponse?: {
    /** Where the token is, when it is not at the top. */
    readonly at?: Path
    /** The member that tells success from failure, whatever the HTTP status, and its value for success. */
    readonly success?: { readonly at: Path; readonly is: string | number | boolean }
    /** Where errors are, and which of their codes mean a code of OAuth. */
    readonly error?: {
      readonly code: Path
      readonly description?: Path
      readonly codes?: Readonly<Record<string, string>>
    }
    /** For providers that leave `token_type` out, or write something else there. */
    readonly tokenType?: 'Bearer'
    /** Where the end of the token is, when it is not `expires_in` in seconds. `date` is a NumericDate. */
    readonly expires?: { readonly at: Path; readonly as: 'date' | 'iso' }
    /** A lifetime of 0 means that the token does not expire. */
    readonly zeroIsForever?: boolean
    readonly scopeSeparator?: ','
  }
  /** Members of the token response that are kept in `token.extra`. */
  readonly keep?: readonly string[]
  /** Parameters of the callback that are kept there too. No one signed them. */
  readonly keepFromCallback?: readonly string[]
  readonly api?: {
    /** Where relative URLs of sessions start. */
    readonly base?: string
    /** Further origins that tokens may go to. */
    readonly origins?: readonly string[]
    /** Default `Bearer`. */
    readonly scheme?: 'OAuth'
    /** The query parameter that carries the token, instead of the header. */
    readonly query?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Claim of OpenID Connect → where it is in what the provider says. */
  readonly profile?: Readonly<Record<string, Path>>
}

/** A provider of OAuth 2: its API says who logged in. */
export interface OAuth2Preset extends PresetFacts {
  readonly protocol: 'oauth2'
  /** What callbacks carry as `iss`, RFC 9207. */
  readonly issuer?: string
  /** Default: what the token response says. */
  readonly userinfo?: {
    /** Relative to `api.base`, or absolute. `{access_token}` and members of `token.extra` may stand in it. */
    readonly url: string
    /** Sent with POST. JSON if it begins with a brace, else a form; an empty one is none. */
    readonly body?: string
    /** Where the profile is in the answer. */
    readonly at?: Path
    /** Further requests, each by a name that `profile` finds below `more`. One that the provider refuses is left out. */
    readonly more?: Readonly<Record<string, string>>
  }
  readonly profile: Readonly<Record<string, Path>>
}

/** A provider of OpenID Connect: a signed ID Token says who logged in. */
export interface OpenIDPreset extends PresetFacts {
  readonly protocol: 'openid'
  /** Where the metadata is discovered. */
  readonly issuer: string
  /** What ID Tokens carry as `iss`, when it is something else. A claim may stand in braces: `{tid}`. */
  readonly issuers?: string | readonly string[]
  /** The algorithm of ID Tokens, where the metadata does not say the truth. */
  readonly idTokenAlg?: string
}

/** A provider as data. */
export type ProviderPreset = OAuth2Preset | OpenIDPreset
