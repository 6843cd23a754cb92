import type { RequirementTable } from './table.ts'
import statements from './statements/fapi-ciba.json' with { type: 'json' }

const profile = 'oauth2/server/profiles/fapi-ciba.ts'
const rules = 'oauth2/server/profiles/profiles.test.ts'
const breaks = 'finds a server that breaks %s, and only that'
const endpoint = 'oauth2/server/features/backchannel-endpoint.ts'
const test = 'oauth2/server/features/backchannel-authentication.test.ts'
const client = 'oauth2/client/features/backchannel-authentication.ts'
const clientTest = 'oauth2/client/features/backchannel-authentication.test.ts'

const operator =
  'On whoever runs the server: [What a profile leaves to you](../guide/server/security-profiles#what-a-profile-leaves-to-you).'

export const fapiCibaTable: RequirementTable = {
  page: 'fapi-ciba',
  name: 'FAPI-CIBA',
  rules: [
    ['§5.2.2', 'No public client can use CIBA', endpoint, test, 'a public client', '5.2.2#2'],
    ['§5.2.2', 'A server that lets public clients in breaks the profile', profile, rules, breaks],
    [
      '§5.2.2',
      'A request needs a binding message, or authorization details',
      endpoint,
      test,
      'may need a binding message, or authorization details',
      '5.2.2#3',
    ],
    [
      '§5.2.2',
      'Nothing is pushed, unless the server says so',
      endpoint,
      test,
      'is not supported unless the server says so',
      '5.2.2#4',
    ],
    [
      '§5.2.2',
      'Clients can poll',
      endpoint,
      test,
      'gives tokens once the person has answered on the page that was sent',
      '5.2.2#5',
    ],
    ['§5.2.2', 'Requests are signed', endpoint, test, 'may be refused unless they are signed', '5.2.2#6'],
    [
      '§5.2.2',
      'A client registers the algorithm with which it signs',
      endpoint,
      test,
      'demands a signature algorithm where requests must be signed',
    ],
    [
      '§5.2.2',
      'The ID Token has acr',
      'oidc/server/features/openid-ciba.ts',
      'oidc/server/features/openid-ciba.test.ts',
      'come with the tokens in poll mode',
      '5.2.2#8',
    ],
    ['§5.2.2', 'A signed request has nbf and exp', endpoint, test, 'are refused without %s', '5.2.2#9'],
    ['§5.2.2', 'A signed request lives for at most 60 minutes', endpoint, test, 'a life of a day'],
    [
      '§5.2.3.1',
      'The client sends its request signed',
      client,
      clientTest,
      'signs the request of a client that is registered for signed ones',
      '5.2.3.1#2',
    ],
    [
      '§5.2.3.1',
      'The client sends a binding message',
      client,
      clientTest,
      'waits until the person has confirmed, and ends with the token',
      '5.2.3.1#3',
    ],
    ['§7.9', 'Endpoints are https', profile, rules, breaks, '7.9#1'],
    ['§7.10', 'Algorithms are PS256 or ES256', profile, rules, breaks, '7.6#1 7.10#1 7.10#2'],
    ['§7.10.1', 'RSA1_5 encrypts nothing', profile, rules, breaks, '7.10.1#1'],
  ],
  statements,
  excused: [
    [
      '5.2.2#1 5.2.3.1#1',
      "Refer to FAPI 1.0, whose texts are not listed here. `server.check('fapi-ciba')` has its rules on the authentication of clients and on tokens that are bound to a key.",
    ],
    ['5.2.2#7 7.7#1', operator],
    ['5.2.3.1#4', 'On the application, which asks by `acrValues` and looks at `acr` in the claims.'],
    [
      '6.2#1 7.2#1',
      'On the application: no function of this library sends these headers, or keeps an ID Token for a hint by itself.',
    ],
    ['7.9#2 7.9#3 7.9#4 7.9#5', operator],
  ],
}
