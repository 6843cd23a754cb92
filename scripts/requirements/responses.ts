import formPost from './statements/form-post-response-mode.json' with { type: 'json' }
import jarm from './statements/jarm.json' with { type: 'json' }
import multipleResponseTypes from './statements/multiple-response-types.json' with { type: 'json' }
import type { RequirementTable } from './table.ts'

const types = 'oidc/server/features/response-types'
const several = [`${types}.ts`, `${types}.test.ts`] as const
const post = 'oauth2/server/response-modes/form-post'
const posted = [`${post}.ts`, `${post}.test.ts`] as const

const jwt = 'oauth2/server/response-modes/jwt'
const secured = [`${jwt}.ts`, `${jwt}.test.ts`] as const
const opened = ['oauth2/client/features/signed-response.ts', 'oauth2/client/features/features.test.ts'] as const

export const multipleResponseTypesTable: RequirementTable = {
  page: 'multiple-response-types',
  name: 'OAuth 2.0 Multiple Response Types',
  statements: multipleResponseTypes,
  rules: [
    [
      '§2.1',
      'response_mode overrides the default of the response type',
      'oauth2/server/kernel/authorization-request.ts',
      'oidc/server/features/discovery.test.ts',
      'every response mode',
    ],
    [
      '§3',
      'An ID Token says who the person is, and for which client',
      ...several,
      'id_token: the claims of the scope stand in the ID Token',
      '3#1 3#2 3#3',
    ],
    [
      '§3',
      'The client takes an ID Token for itself alone',
      'oidc/client/id-token.ts',
      'oidc/client/openid-client.test.ts',
      'another aud in a list',
      '3#2',
    ],
    [
      '§3',
      'id_token repeats state',
      'oauth2/server/kernel/authorization-request.ts',
      `${types}.test.ts`,
      'id_token: the claims of the scope stand in the ID Token',
      '3#4',
    ],
    [
      '§3, §5',
      'Errors are not in the query either, and repeat state',
      ...several,
      '%s in the query, and repeats the state',
      '3#4 3#5 5#2 5#4 5#6 5#8 5#9',
    ],
    ['§4', 'none gives neither code nor tokens, and repeats state', ...several, 'none: state and iss alone', '4#1'],
    ['§4', 'Errors of none repeat state', ...several, 'none with the state of the request', '4#1'],
    ['§5', 'code token gives both, and the type of the token', ...several, 'code token: both', '5#1 5#9'],
    ['§5', 'code id_token gives both', ...several, 'code id_token: the ID Token has the hash of the code', '5#3 5#9'],
    [
      '§5',
      'The client that asks for code id_token refuses a response without an ID Token',
      'oidc/client/relying-party.ts',
      'oidc/client/response-types.test.ts',
      'no ID Token',
      '5#3',
    ],
    ['§5', 'id_token token gives both, and the type of the token', ...several, 'id_token token: at_hash', '5#5 5#9'],
    [
      '§5',
      'code id_token token gives all three, and the type of the token',
      ...several,
      'code id_token token: both hashes',
      '5#7 5#9',
    ],
    ['§7', 'Tokens are never in the query of a redirect', ...several, '%s in the query', '7#1'],
  ],
}

export const formPostTable: RequirementTable = {
  page: 'form-post-response-mode',
  name: 'OAuth 2.0 Form Post Response Mode',
  statements: formPost,
  rules: [
    [
      '§2',
      'The parameters are posted to the redirect URI',
      ...posted,
      'posts code, state and iss to the redirect URI',
      '2#1 2#2',
    ],
    ['§2', 'Errors are posted too', ...posted, 'posts errors too'],
    ['§2', 'No cache keeps the page', ...posted, 'is never cached or framed, and runs no script but its own', '2#3'],
    [
      '§2',
      'The client takes a response that was posted, however that began',
      'core/oauth.ts',
      'core/oauth.test.ts',
      'comes back by a cross-site POST when the provider answers with a form',
      '2#4',
    ],
    [
      '§2',
      'The client takes a posted response of a hybrid flow',
      'oidc/client/relying-party.ts',
      'oidc/client/response-types.test.ts',
      'asks for a form post, and takes a code whose hash is in the ID Token',
    ],
    ['§4', 'Values cannot break out of the page', ...posted, 'escapes every value'],
  ],
}

export const jarmTable: RequirementTable = {
  page: 'jarm',
  name: 'JARM',
  statements: jarm,
  rules: [
    [
      '§2.1',
      'The JWT carries the parameters of the response',
      ...secured,
      'carries code, state and iss in a JWT',
      '2.1#1',
    ],
    ['§2.1', 'The JWT carries errors alike', ...secured, 'carries errors alike', '2.1#1'],
    [
      '§2.3.1',
      'No token stands in a query, unless it is encrypted',
      `${jwt}.ts`,
      `${types}.test.ts`,
      '%s in a JWT in the query, unless it is encrypted',
      '2.3.1#1',
    ],
    ['§2.3.2', 'fragment.jwt uses the fragment', ...secured, 'fragment.jwt puts the response in the fragment'],
    ['§2.3.3', 'form_post.jwt posts a form', ...secured, 'form_post.jwt posts it'],
    ['§2.3.4', 'jwt is the default of the response type', ...secured, 'jwt is query.jwt for the code'],
    [
      '§2.4',
      'The client verifies the JWT, and then uses its code',
      ...opened,
      'is verified with the keys of the server, and then its code is used',
      '2.4#1 2.4#7',
    ],
    ['§2.4', 'The issuer is the expected one', ...opened, 'of another issuer', '2.4#2 2.4#7'],
    ['§2.4', 'The audience is the client', ...opened, 'for another client', '2.4#3 2.4#7'],
    ['§2.4', 'The JWT has not expired', ...opened, 'that has expired', '2.4#4 2.4#7'],
    ['§2.4', 'The signature is valid', ...opened, 'of another key', '2.4#5 2.4#6 2.4#7'],
    ['§2.4', 'none is no signature', ...opened, 'is refused without a signature', '2.4#5 2.4#6'],
    ['§3', 'Responses are signed as registered', ...secured, 'is signed as the client is registered', '3#1'],
    [
      '§3',
      'Responses are encrypted as registered, and never left in the clear',
      ...secured,
      'is encrypted for a client that is registered so',
      '3#2 3#3',
    ],
    [
      '§3',
      'A response that cannot be encrypted is not sent',
      ...secured,
      'answers a page when it cannot be encrypted, and never in the clear',
      '3#2',
    ],
    ['§3', 'An enc needs its alg', ...secured, 'is refused with %j', '3#4'],
    [
      '§5.1',
      'Keys are those of the issuer that the client has asked, whatever the JWT says',
      ...opened,
      'is refused, and its code not used, when it is one %s',
      '5.1#1',
    ],
  ],
}
