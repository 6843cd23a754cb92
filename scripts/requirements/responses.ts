import type { RequirementTable } from './table.ts'

const types = 'oidc/server/features/response-types'
const several = [`${types}.ts`, `${types}.test.ts`] as const
const post = 'oauth2/server/response-modes/form-post'
const posted = [`${post}.ts`, `${post}.test.ts`] as const

export const multipleResponseTypesTable: RequirementTable = {
  page: 'multiple-response-types',
  name: 'OAuth 2.0 Multiple Response Types',
  rules: [
    [
      '§2.1',
      'response_mode overrides the default of the response type',
      'oauth2/server/kernel/authorization-request.ts',
      'oidc/server/features/discovery.test.ts',
      'every response mode',
    ],
    ['§3', 'An ID Token comes in the fragment, and never in the query', ...several, '%s in the query'],
    [
      '§3',
      'An ID Token says who the person is, and for which client',
      'oidc/server/features/response-types.ts',
      'oidc/server/features/response-types.test.ts',
      'id_token: the claims of the scope stand in the ID Token',
    ],
    [
      '§3',
      'state is repeated in responses and errors',
      'oauth2/server/kernel/authorization-request.ts',
      'oauth2/server/kernel/authorization-request.test.ts',
      'sends response types with tokens by the fragment, errors too',
    ],
    ['§4', 'none gives neither code nor tokens', ...several, 'none: state and iss alone, in the query'],
    [
      '§4',
      'none repeats state',
      'oidc/server/features/response-types.ts',
      'oidc/server/features/response-types.test.ts',
      'none: state and iss alone, in the query',
    ],
    ['§5', 'code token gives both', ...several, 'code token: both, without an ID Token'],
    ['§5', 'code id_token gives both', ...several, 'code id_token: the ID Token has the hash of the code'],
    ['§5', 'id_token token gives both', ...several, 'id_token token: at_hash'],
    ['§5', 'code id_token token gives all three', ...several, 'code id_token token: both hashes'],
    [
      '§5',
      'Responses with a token never travel in the query',
      'oidc/server/features/response-types.ts',
      'oidc/server/features/response-types.test.ts',
      '%s in the query',
    ],
    [
      '§7',
      'Tokens are never in the query of a redirect',
      'oidc/server/features/response-types.ts',
      'oidc/server/features/response-types.test.ts',
      '%s in the query',
    ],
  ],
}

export const formPostTable: RequirementTable = {
  page: 'form-post-response-mode',
  name: 'OAuth 2.0 Form Post Response Mode',
  rules: [
    ['§2', 'The parameters are posted to the redirect URI', ...posted, 'posts code, state and iss to the redirect URI'],
    ['§2', 'Errors are posted too', ...posted, 'posts errors too'],
    [
      '§2',
      'The form is sent by POST to the redirect URI of the client',
      'oauth2/server/response-modes/form-post.ts',
      'oauth2/server/response-modes/form-post.test.ts',
      'posts code, state and iss to the redirect URI',
    ],
    [
      '§2',
      'The client takes a posted response',
      'oidc/client/relying-party.ts',
      'oidc/client/response-types.test.ts',
      'asks for a form post, and takes a code whose hash is in the ID Token',
    ],
    ['§4', 'No cache keeps the page', ...posted, 'is never cached or framed, and runs no script but its own'],
    ['§4', 'Values cannot break out of the page', ...posted, 'escapes every value'],
  ],
}
