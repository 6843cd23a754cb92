import type { RequirementTable } from './table.ts'

const assertion = [
  'oauth2/server/client-auth/client-assertion.ts',
  'oauth2/server/client-auth/client-assertion.test.ts',
] as const
const par = [
  'oauth2/server/features/pushed-authorization.ts',
  'oauth2/server/features/pushed-authorization.test.ts',
] as const
const code = [
  'oauth2/server/features/authorization-code.ts',
  'oauth2/server/features/authorization-code.test.ts',
] as const
const pkce = ['oauth2/server/features/code-challenge.ts', 'oauth2/server/features/authorization-code.test.ts'] as const
const dpop = ['oauth2/server/features/dpop.ts', 'oauth2/server/features/dpop.test.ts'] as const
const object = ['oauth2/server/features/request-object.ts', 'oauth2/server/features/request-object.test.ts'] as const
const jarm = ['oauth2/server/response-modes/jwt.ts', 'oauth2/server/response-modes/jwt.test.ts'] as const

export const fapiSecurityTable: RequirementTable = {
  page: 'fapi-2-security-profile',
  name: 'FAPI 2.0 Security Profile',
  rules: [
    [
      '§5.3.2.1',
      'Clients authenticate by private_key_jwt or by mutual TLS',
      ...assertion,
      'takes the issuer alone under the policy of FAPI 2.0',
    ],
    [
      '§5.3.2.1',
      'aud of an assertion is the issuer, as a string',
      ...assertion,
      'takes the issuer alone under the policy of FAPI 2.0',
    ],
    [
      '§5.3.2.1',
      'Access tokens are bound to a key: DPoP',
      ...dpop,
      'leaves requests without a proof alone, unless one is required',
    ],
    ['§5.3.2.1', 'A code may be bound to a DPoP key', ...dpop, 'are redeemed with a proof of that key only'],
    [
      '§5.3.2.1',
      'Access tokens are bound to a key: mutual TLS',
      'oauth2/server/features/mutual-tls.ts',
      'oauth2/server/features/dpop.test.ts',
      'binds tokens of clients that ask for it, and to a DPoP key besides',
    ],
    [
      '§5.3.2.1',
      'A code has one use, by the client that got it',
      ...code,
      'has one winner among 100 redemptions at once',
    ],
    ['§5.3.2.2', 'Requests are pushed', ...par, 'is refused at the client when pushing is required'],
    ['§5.3.2.2', 'A pushed request is of the client that pushed it', ...par, 'is refused for another client'],
    ['§5.3.2.2', 'A request that is pushed carries no request_uri', ...par, 'refuses %s with JSON, at once'],
    ['§5.3.2.2', 'PKCE with S256', ...pkce, 'refuses an authorization request with %s'],
    [
      '§5.3.2.2',
      'iss is in the authorization response',
      'oauth2/server/features/issuer-parameter.ts',
      'oauth2/server/interaction/interaction.test.ts',
      'tell the client when the person denies',
    ],
    ['§5.3.2.2', 'redirect_uri comes with each request', ...par, 'refuses %s with JSON, at once'],
    [
      '§5.3.2.2',
      'A code lives for at most 60 seconds',
      ...code,
      'refuses a code that has expired, and changes nothing',
    ],
  ],
}

export const fapiMessageSigningTable: RequirementTable = {
  page: 'fapi-2-message-signing',
  name: 'FAPI 2.0 Message Signing',
  rules: [
    [
      '§5.3.1',
      'Request objects are signed, and required where they are',
      ...object,
      'refuses an unsigned pushed request',
    ],
    ['§5.3.1', 'They are sent by pushing them', ...object, 'verifies and accepts a signed pushed request'],
    [
      '§5.3.1',
      'nbf is at most 60 minutes ago, exp at most 60 minutes after it',
      ...object,
      'lives no longer than the server allows',
    ],
    [
      '§5.4.1',
      'Responses are JWTs when the client asks for them',
      ...jarm,
      'carries code, state and iss in a JWT for the client',
    ],
    [
      '§5.5.1',
      'Introspection answers are signed for those who ask',
      'oauth2/server/features/introspection-jwt.ts',
      'oauth2/server/features/introspection-jwt.test.ts',
      'answers with a JWT where the caller accepts one',
    ],
  ],
}
