import type { RequirementTable } from './table.ts'

const test = 'oauth2/server/features/backchannel-authentication.test.ts'
const grant = 'oauth2/server/features/backchannel-authentication.ts'
const endpoint = 'oauth2/server/features/backchannel-endpoint.ts'
const call = 'oauth2/server/features/backchannel-notification.ts'
const openid = ['oidc/server/features/openid-ciba.ts', 'oidc/server/features/openid-ciba.test.ts'] as const

export const cibaTable: RequirementTable = {
  page: 'ciba-core',
  name: 'CIBA Core',
  rules: [
    ['§4', 'Delivery modes, endpoint and user codes are published', grant, test, 'publishes what it supports'],
    [
      '§4',
      'A client registers a delivery mode, and an https endpoint for ping and push',
      endpoint,
      test,
      'checks the members: %j',
    ],
    ['§7.1', 'The client authenticates, and names the person by exactly one hint', endpoint, test, 'refuses %s (§7.1)'],
    [
      '§7.1',
      'An id_token_hint is one that the provider issued',
      ...openid,
      'come with the tokens in poll mode, and serve as id_token_hint',
    ],
    ['§7.1.1', 'In a signed request only its claims count', endpoint, test, 'count alone'],
    [
      '§7.1.1',
      'A signed request is of the key and the algorithm of the client, with aud, iss, exp, iat, nbf and jti',
      endpoint,
      test,
      'are refused without %s',
    ],
    ['§7.1.2', 'A user code is checked when the client supports it', endpoint, test, 'are asked for and checked'],
    [
      '§7.2',
      'The person who answers is the one of the hint',
      grant,
      test,
      'must be the one of the hint: someone else is asked to log in',
    ],
    [
      '§7.3',
      'The answer has auth_req_id and expires_in',
      endpoint,
      test,
      'gives tokens once the person has answered on the page that was sent',
    ],
    [
      '§10.1',
      'A poll before the answer is authorization_pending',
      grant,
      test,
      'gives tokens once the person has answered on the page that was sent',
    ],
    [
      '§10.2',
      'Ping calls the endpoint with the token of the client and the auth_req_id',
      call,
      test,
      'calls the client, which then fetches the tokens',
    ],
    ['§10.2', 'A notification that failed is sent again', call, test, 'calls again when the client does not answer'],
    ['§10.3', 'Push sends the tokens', call, test, 'sends the tokens to the client'],
    [
      '§10.3.1',
      'A pushed ID Token has the hashes of the tokens and the auth_req_id',
      ...openid,
      'tie the tokens to the request in push mode',
    ],
    [
      '§11',
      'slow_down for one that polls too often',
      grant,
      test,
      'says slow_down to one that polls too often, and access_denied after a denial',
    ],
    ['§11', 'expired_token after the end', grant, test, 'says expired_token for a while, and takes no answer then'],
    ['§11', 'Clients in push mode cannot poll', grant, test, 'refuses the token endpoint (§11)'],
    ['§11', 'An auth_req_id is of the client that got it', grant, test, 'refuses a poll with %s'],
    ['§12', 'Push tells of a denial and of a failure', call, test, 'sends access_denied after a denial'],
    [
      '§13',
      'Errors have the codes of the specification, and 403 for a client that is refused',
      endpoint,
      test,
      'lets the application refuse a client with 403',
    ],
  ],
}
