/** What each message of a flow is for, and the rules it keeps: judged by what was recorded, never assumed. */

import type { Json } from '@authlib/core'
import type { Exchange } from './exchange.ts'

export interface Explanation {
  readonly title: string
  readonly purpose: string
  readonly rules: readonly JudgedRule[]
}

interface JudgedRule {
  readonly text: string
  readonly section: string
  readonly kept: boolean
}

interface Kind {
  readonly title: string
  readonly purpose: string
  readonly matches: (exchange: Exchange) => boolean
  readonly rules: readonly Rule[]
}

interface Rule {
  readonly text: string
  readonly section: string
  /** Undefined: the rule does not concern this message. `before` are the messages of the same flow. */
  readonly kept: (exchange: Exchange, before: readonly Exchange[]) => boolean | undefined
}

export function explain(exchange: Exchange, before: readonly Exchange[]): Explanation {
  const kind = kinds.find(({ matches }) => matches(exchange)) ?? other
  const rules = kind.rules.map(({ text, section, kept }) => ({ text, section, kept: kept(exchange, before) }))
  return { ...kind, rules: rules.filter((rule): rule is JudgedRule => rule.kept !== undefined) }
}

// The messages before, which a rule compares with

const authorizationRequest = (before: readonly Exchange[]): Exchange | undefined =>
  before.findLast(({ redirect, from }) => redirect && from === 'client')
const authorizationResponse = (before: readonly Exchange[]): Exchange | undefined =>
  before.findLast(({ redirect, from }) => redirect && from === 'provider')
const grantType = ({ sent }: Exchange): Json | undefined => sent['grant_type']
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const authenticated: Rule = {
  text: 'The client proves who it is, in the header',
  section: 'RFC 6749 §2.3.1',
  kept: ({ headers }) => headers['authorization']?.startsWith('Basic '),
}
const notStored: Rule = {
  text: 'No cache keeps the answer',
  section: 'RFC 6749 §5.1',
  kept: ({ answerHeaders }) => answerHeaders['cache-control']?.includes('no-store') ?? false,
}
const tokenInHeader: Rule = {
  text: 'The token travels in the header, not in the URL',
  section: 'RFC 6750 §2.1',
  kept: ({ headers, sent }) => headers['authorization']?.startsWith('Bearer ') === true && !('access_token' in sent),
}

const kinds: readonly Kind[] = [
  {
    title: 'Discovery',
    purpose: 'The client asks the provider for its endpoints and abilities, and knows them for an hour.',
    matches: ({ url }) => url.endsWith('/.well-known/openid-configuration'),
    rules: [
      {
        text: 'The document names the issuer it was asked for',
        section: 'OpenID Discovery §4.3',
        kept: ({ url, received }) => url === `${text(received['issuer'])}/.well-known/openid-configuration`,
      },
      {
        text: 'The provider supports PKCE with S256',
        section: 'RFC 8414 §2',
        kept: ({ received: { code_challenge_methods_supported: methods } }) =>
          Array.isArray(methods) && (methods as unknown[]).includes('S256'),
      },
    ],
  },
  {
    title: 'Authorization request',
    purpose: 'The client sends the browser to the provider, with what it would like to have.',
    matches: ({ redirect, from }) => redirect && from === 'client',
    rules: [
      { text: 'Asks for a code', section: 'RFC 6749 §4.1.1', kept: ({ sent }) => sent['response_type'] === 'code' },
      {
        text: 'Names the registered redirect URI, to the letter',
        section: 'RFC 9700 §2.1',
        kept: ({ sent }) => 'redirect_uri' in sent,
      },
      {
        text: 'state ties the answer to this browser',
        section: 'RFC 6749 §10.12',
        kept: ({ sent }) => 'state' in sent,
      },
      {
        text: 'PKCE: only the hash of the verifier is told',
        section: 'RFC 7636 §4.3',
        kept: ({ sent }) => sent['code_challenge_method'] === 'S256' && !('code_verifier' in sent),
      },
      {
        text: 'nonce ties the ID Token to this login',
        section: 'OpenID Core §3.1.2.1',
        kept: ({ sent }) => 'nonce' in sent,
      },
      {
        text: 'scope has openid: this is a login',
        section: 'OpenID Core §3.1.2.1',
        kept: ({ sent }) => text(sent['scope']).split(' ').includes('openid'),
      },
    ],
  },
  {
    title: 'Authorization response',
    purpose:
      'The browser opens the redirect URI. What happened at the provider before, the client has not seen, and no password.',
    matches: ({ redirect, from }) => redirect && from === 'provider',
    rules: [
      {
        text: 'state is the one that was sent',
        section: 'RFC 6749 §4.1.2',
        kept: ({ sent }, before) => sent['state'] === authorizationRequest(before)?.sent['state'],
      },
      {
        text: 'iss is the provider that was asked',
        section: 'RFC 9207 §2.4',
        kept: ({ sent }, before) => authorizationRequest(before)?.url.startsWith(`${text(sent['iss'])}/`) ?? false,
      },
      {
        text: 'Is new: a code is used once',
        section: 'RFC 6749 §10.5',
        kept: ({ sent }, before) =>
          'code' in sent && authorizationResponse(before)?.sent['code'] === sent['code'] ? false : undefined,
      },
      {
        text: 'Carries a code and nothing secret besides',
        section: 'RFC 6749 §4.1.2',
        kept: ({ sent }) => ('error' in sent ? undefined : 'code' in sent && !('access_token' in sent)),
      },
      {
        text: 'Says why there is no code',
        section: 'RFC 6749 §4.1.2.1',
        kept: ({ sent }) => ('error' in sent ? !('code' in sent) : undefined),
      },
    ],
  },
  {
    title: 'Token request',
    purpose: 'The client trades the code for tokens, directly with the provider. The code works once.',
    matches: (exchange) => grantType(exchange) === 'authorization_code',
    rules: [
      authenticated,
      {
        text: 'The code is the one that came back',
        section: 'RFC 6749 §4.1.3',
        kept: ({ sent }, before) => sent['code'] === authorizationResponse(before)?.sent['code'],
      },
      {
        text: 'The same redirect URI as before',
        section: 'OpenID Core §3.1.3.1',
        kept: ({ sent }, before) => sent['redirect_uri'] === authorizationRequest(before)?.sent['redirect_uri'],
      },
      {
        text: 'PKCE: now the verifier itself',
        section: 'RFC 7636 §4.5',
        kept: ({ sent, received }) =>
          'code_verifier' in sent && received['error_description'] !== 'wrong code_verifier',
      },
      {
        text: 'The code is used for the first time',
        section: 'RFC 6749 §4.1.2',
        kept: ({ sent }, before) =>
          before.every((one) => grantType(one) === undefined || one.sent['code'] !== sent['code']),
      },
      {
        text: 'An ID Token comes with the access token',
        section: 'OpenID Core §3.1.3.3',
        kept: ({ status, received }) =>
          status === 200 ? 'id_token' in received && 'access_token' in received : undefined,
      },
      notStored,
    ],
  },
  {
    title: 'Keys of the provider',
    purpose: 'The client fetches the public keys, to check the signature of the ID Token.',
    matches: ({ received }) => Array.isArray(received['keys']),
    rules: [
      {
        text: 'Each key has an id and no private part',
        section: 'RFC 7517 §4',
        kept: ({ received: { keys } }) =>
          (keys as readonly object[]).every((key) => 'kid' in key && !('d' in key) && !('k' in key)),
      },
    ],
  },
  {
    title: 'Userinfo',
    purpose: 'The client asks who logged in. Scope decides which claims it gets.',
    matches: ({ url }) => url.endsWith('/userinfo'),
    rules: [
      tokenInHeader,
      { text: 'sub says whom it is about', section: 'OpenID Core §5.3.2', kept: ({ received }) => 'sub' in received },
    ],
  },
  {
    title: 'API call',
    purpose:
      'The client calls the API with the access token. The API checks it by itself, with the keys of the provider.',
    matches: ({ to }) => to === 'api',
    rules: [
      tokenInHeader,
      {
        text: 'Accepted: the token is for this API and has the scope',
        section: 'RFC 9068 §4',
        kept: ({ status }) => (status < 300 ? true : undefined),
      },
      {
        text: 'Refused, and the challenge says which scope is missing',
        section: 'RFC 6750 §3.1',
        kept: ({ status, answerHeaders }) =>
          status === 403 ? (answerHeaders['www-authenticate'] ?? '').includes('scope=') : undefined,
      },
      {
        text: 'Refused, and the challenge says where to find the provider',
        section: 'RFC 9728 §5.1',
        kept: ({ status, answerHeaders }) =>
          status === 401 ? (answerHeaders['www-authenticate'] ?? '').includes('resource_metadata=') : undefined,
      },
    ],
  },
  {
    title: 'Refresh',
    purpose: 'The client trades its refresh token for new tokens, without the person.',
    matches: (exchange) => grantType(exchange) === 'refresh_token',
    rules: [
      authenticated,
      {
        text: 'A new refresh token replaces the old one, which is used up',
        section: 'RFC 9700 §4.14.2',
        kept: ({ status, sent, received }) =>
          status === 200
            ? 'refresh_token' in received && received['refresh_token'] !== sent['refresh_token']
            : undefined,
      },
      {
        text: 'A used or revoked refresh token is refused',
        section: 'RFC 6749 §5.2',
        kept: ({ status, received }) => (status === 200 ? undefined : received['error'] === 'invalid_grant'),
      },
      notStored,
    ],
  },
  {
    title: 'Token request of the client itself',
    purpose: 'No person takes part: the client gets a token in its own name.',
    matches: (exchange) => grantType(exchange) === 'client_credentials',
    rules: [
      authenticated,
      {
        text: 'No refresh token: the client can ask again',
        section: 'RFC 6749 §4.4.3',
        kept: ({ status, received }) => (status === 200 ? !('refresh_token' in received) : undefined),
      },
      notStored,
    ],
  },
  {
    title: 'Introspection',
    purpose: 'The client asks the provider about its token. APIs do so with tokens that they cannot verify themselves.',
    matches: ({ url }) => url.endsWith('/introspect'),
    rules: [
      authenticated,
      {
        text: 'Says whether the token is good now',
        section: 'RFC 7662 §2.2',
        kept: ({ received }) => typeof received['active'] === 'boolean',
      },
    ],
  },
  {
    title: 'Revocation',
    purpose: 'The client ends its tokens: with the refresh token everything that came from this login ends.',
    matches: ({ url }) => url.endsWith('/revoke'),
    rules: [
      authenticated,
      { text: 'Answered 200, whatever the token was', section: 'RFC 7009 §2.2', kept: ({ status }) => status === 200 },
    ],
  },
]

const other: Kind = { title: 'Request', purpose: '', matches: () => true, rules: [] }
