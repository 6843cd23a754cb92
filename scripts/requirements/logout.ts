import type { RequirementTable } from './table.ts'

const test = 'oidc/server/features/logout.test.ts'
const initiated = 'oidc/server/features/rp-initiated-logout.ts'
const back = 'oidc/server/features/back-channel-logout.ts'
const front = 'oidc/server/features/front-channel-logout.ts'
const session = 'oidc/server/features/session-management'
const watched = [`${session}.ts`, `${session}.test.ts`] as const
const receiver = ['oidc/client/backchannel-logout.ts', 'oidc/client/logout.test.ts'] as const

export const rpInitiatedTable: RequirementTable = {
  page: 'openid-connect-rp-initiated-logout',
  name: 'OpenID Connect RP-Initiated Logout',
  rules: [
    [
      '§2',
      'The endpoint takes GET and POST',
      initiated,
      test,
      'asks otherwise, and ends the session when the person agrees',
    ],
    ['§2', 'An ID Token that has expired will do as a hint', initiated, test, 'accepts an ID Token that has expired'],
    [
      '§2',
      'client_id is the one that the hint was issued to',
      initiated,
      test,
      'refuses a client_id that is not that of the hint',
    ],
    [
      '§2',
      'Without a hint of this session the person is asked',
      initiated,
      test,
      'asks when the ID Token is that of another person',
    ],
    ['§2', 'state is returned', initiated, test, 'returns with state'],
    [
      '§2',
      'An id_token_hint is one that the provider has issued',
      'oidc/server/features/rp-initiated-logout.ts',
      'oidc/server/features/logout.test.ts',
      'takes no ID Token of another issuer for a hint',
    ],
    [
      '§2',
      'With the ID Token of another session or person the person is asked',
      'oidc/server/features/rp-initiated-logout.ts',
      'oidc/server/features/logout.test.ts',
      'asks when the ID Token is that of another person',
    ],
    [
      '§2',
      'A person who says yes is logged out',
      'oidc/server/features/rp-initiated-logout.ts',
      'oidc/server/features/logout.test.ts',
      'asks otherwise, and ends the session when the person agrees',
    ],
    ['§2.1', 'end_session_endpoint is published', initiated, test, 'is advertised (§2.1)'],
    [
      '§2.1',
      'end_session_endpoint is https',
      'oidc/server/features/discovery.ts',
      'oidc/server/features/discovery.test.ts',
      'publishes nothing but URLs with https',
    ],
    [
      '§3',
      'The browser goes only to a post_logout_redirect_uri that is registered',
      initiated,
      test,
      'shows a page, and redirects nowhere, for %s',
    ],
    [
      '§3',
      'Without a client that has registered it, the browser goes nowhere',
      'oidc/server/features/rp-initiated-logout.ts',
      'oidc/server/features/logout.test.ts',
      'a URI without a client',
    ],
    [
      '§4',
      'A request with a mistake ends nothing and redirects nowhere',
      'oidc/server/features/rp-initiated-logout.ts',
      'oidc/server/features/logout.test.ts',
      'shows a page, and redirects nowhere, for %s',
    ],
    ['§6', 'No other site can end the session', initiated, test, 'ends nothing for a form of another site'],
  ],
}

export const frontChannelTable: RequirementTable = {
  page: 'openid-connect-front-channel-logout',
  name: 'OpenID Connect Front-Channel Logout',
  rules: [
    ['§2', 'The pages of the clients are opened in frames', front, test, 'opens the pages of the clients in frames'],
    [
      '§2',
      'The page is at the origin of a redirect URI',
      front,
      'oidc/server/features/openid-registration.test.ts',
      'a front-channel logout page of another host',
    ],
    ['§2', 'iss and sid are sent where the client demands them', front, test, 'with iss and sid where they want them'],
    [
      '§2',
      'The query of the page stays when iss and sid are added, and both are',
      'oidc/server/features/front-channel-logout.ts',
      'oidc/server/features/logout.test.ts',
      'opens the pages of the clients in frames, with iss and sid where they want them',
    ],
    [
      '§2',
      'The client takes iss and sid together or not at all',
      'oidc/client/frontchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'with %j changes nothing',
    ],
    [
      '§3',
      'The client compares iss and sid with its session',
      'oidc/client/frontchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'names issuer and session, and may delete the cookie',
    ],
  ],
}

export const backChannelTable: RequirementTable = {
  page: 'openid-connect-back-channel-logout',
  name: 'OpenID Connect Back-Channel Logout',
  rules: [
    ['§2.1', 'Support is published, with sessions', back, test, 'is advertised (§2.1)'],
    [
      '§2.2',
      'backchannel_logout_uri is absolute and has no fragment',
      back,
      'oidc/server/features/openid-registration.test.ts',
      'a back-channel logout URI with a fragment',
    ],
    [
      '§2.2',
      'The query of backchannel_logout_uri is kept',
      'oidc/server/features/back-channel-logout.ts',
      'oidc/server/features/logout.test.ts',
      'posts to the URI as it is registered, with its query',
    ],
    [
      '§2.4',
      'A logout token has iss, aud, iat, exp, jti, events, and sub or sid, and no nonce',
      back,
      test,
      'sends a logout token to every client of the session, with its sid',
    ],
    [
      '§2.4',
      'events has the event of the specification, with an object',
      'oidc/server/features/back-channel-logout.ts',
      'oidc/server/features/logout.test.ts',
      'says what happened with the event of the specification',
    ],
    [
      '§2.4',
      'The client demands the event, and that it is an object',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'an event that is no object',
    ],
    [
      '§2.4',
      'The client demands sub or sid',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'neither sub nor sid',
    ],
    [
      '§2.4',
      'Claims that are not understood are ignored',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'ignores claims, events and fields that it does not know',
    ],
    [
      '§2.4',
      'A logout token is signed',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'is signed, never with none',
    ],
    ['§2.5', 'It is posted as a form', back, test, 'sends a logout token to every client of the session, with its sid'],
    [
      '§2.5',
      'Fields that are not understood are ignored',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'ignores claims, events and fields that it does not know',
    ],
    [
      '§2.6',
      'The client validates it as it validates ID Tokens, and the event',
      ...receiver,
      'with %s is refused, and no one is logged out',
    ],
    ['§2.6', 'A logout token with a nonce is no logout token', ...receiver, 'is no ID Token, no text and no GET'],
    ['§2.6', 'A jti counts once', ...receiver, 'counts once'],
    [
      '§2.6',
      'none signs no logout token',
      'oidc/client/backchannel-logout.ts',
      'oidc/client/logout.test.ts',
      'is signed, never with none',
    ],
    [
      '§2.7',
      'The client ends the sessions, and the provider its tokens',
      back,
      test,
      'ends the tokens of the session, and keeps those with offline_access',
    ],
    [
      '§2.8',
      'The client answers 200, or 400 for a bad request, and no cache keeps it',
      ...receiver,
      'ends what it names, and answers 200 without storing',
    ],
    ['§2.8', 'A client that fails is told again', back, test, 'tries a client again that was down, also after a crash'],
  ],
}

export const sessionTable: RequirementTable = {
  page: 'openid-connect-session-management',
  name: 'OpenID Connect Session Management',
  rules: [
    [
      '§2',
      'session_state is in the authentication response',
      ...watched,
      'is in the response, and the frame finds it again from the cookie',
    ],
    [
      '§2',
      'session_state has no space',
      ...watched,
      'is in the response, and the frame finds it again from the cookie',
    ],
    [
      '§3.1',
      'The answer is changed, unchanged, or error for a malformed message',
      `${session}.ts`,
      '/test/flows/oidc-client-ts-browser.test.ts',
      'is answered with changed or with error by the frame of the provider',
    ],
    [
      '§3.1',
      'A client asks with prompt=none after changed',
      `${session}.ts`,
      '/test/flows/oidc-client-ts-browser.test.ts',
      'learns that the person has logged out elsewhere',
    ],
    [
      '§3.1',
      'Asking again with prompt=none gives the state of the session',
      'oidc/server/features/session-management.ts',
      'oidc/server/features/session-management.test.ts',
      'survives a login that needs no page (prompt=none)',
    ],
    [
      '§3.2',
      'The state is calculated from client, origin, browser state and salt',
      ...watched,
      'is another one for each response and each client',
    ],
    ['§3.2', 'The state changes when the login ends', ...watched, 'ends with the session of the browser'],
    [
      '§3.2',
      'The frame answers by the origin that asks: another origin has another state',
      'oidc/server/features/session-management.ts',
      'oidc/server/features/session-management.test.ts',
      'is in the response, and the frame finds it again from the cookie',
    ],
    [
      '§3.2',
      'The frame calculates the state again for each question, and answers changed or unchanged',
      'oidc/server/features/session-management.ts',
      '/test/flows/oidc-client-ts-browser.test.ts',
      'is answered with changed or with error by the frame of the provider',
    ],
    ['§3.3', 'check_session_iframe is published', ...watched, 'is published, and may be shown in frames of every site'],
    [
      '§3.3',
      'check_session_iframe is https',
      'oidc/server/features/discovery.ts',
      'oidc/server/features/discovery.test.ts',
      'publishes nothing but URLs with https',
    ],
    [
      '§4',
      'A message that is malformed is answered with error',
      'oidc/server/features/session-management.ts',
      '/test/flows/oidc-client-ts-browser.test.ts',
      'is answered with changed or with error by the frame of the provider',
    ],
  ],
}
