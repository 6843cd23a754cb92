/**
 * The authorization code grant, with its response type `code`.
 *
 * @spec RFC 6749 §4.1
 * @spec OAuth 2.1 §4.1.3 §7.5 §10.2
 */

import { constantTimeEqual, type StoredRecord } from '@authlib/core'
import { assertSeconds, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import { invalidGrant, invalidRequest, type OAuth2Error } from '../../errors.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import type { Changes, TokenPlan } from '../contract/plans.ts'
import type { Grant, ResponseType } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import { AUTHORIZATION_KIND, readAuthorization, slot } from '../records/authorization.ts'
import { authorizeEndpoint } from './authorization-endpoint.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { issuerParameter } from './issuer-parameter.ts'
import { sessionEnded, sessionSlot } from '../records/session.ts'
import { authorizationIdOf } from '../records/token-text.ts'
import { senderKey } from '../records/sender-key.ts'

export interface AuthorizationCodeGrantOptions {
  /** Lifetime of the code in seconds. RFC 6749 §4.1.2 recommends at most 600. Default 60. */
  readonly lifetime?: number | undefined
  /**
   * Seconds within which a second, fully valid redemption by the same DPoP key or client certificate is refused without
   * ending the authorization: browsers and proxies submit twice. Default 2; 0 is strict.
   */
  readonly doubleSubmitInterval?: number | undefined
  /** Demands `redirect_uri` at the token endpoint, as RFC 6749 §4.1.3 does and OAuth 2.1 §10.2 no longer does. Default false. */
  readonly requireRedirectUri?: boolean | undefined
  /** Lets the grant be registered without the `codeChallenge` extension, open to code injection (RFC 9700 §4.5). Default false. */
  readonly allowWithoutCodeChallenge?: boolean | undefined
}

/** For every fault of the code itself: who holds one learns no more about it. The reason goes to events. */
const INVALID_CODE = 'the code is unknown, expired or used, or of another client'

const KIND = 'code'
const PREFIX = 'ac'

/** How long a used code is remembered, in seconds, so that its replay is noticed. */
const REPLAY_MEMORY = 600

/** The `redirect_uri` of the request, when it had one. */
const redirectUriSlot: Slot<string> = slot<string>('redirectUri')

type CodeData = {
  readonly version: 1
  readonly status: 'live' | 'used' | 'burnt'
  readonly usedAt?: number
  /** The `senderKey` that redeemed it. */
  readonly usedBy?: string | undefined
}

/**
 * Redeems authorization codes, each once. RFC 6749 §4.1.3.
 *
 * @example
 * server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
 */
export function authorizationCodeGrant({
  lifetime = 60,
  doubleSubmitInterval = 2,
  requireRedirectUri = false,
  allowWithoutCodeChallenge = false,
  ...others
}: AuthorizationCodeGrantOptions = {}): Grant {
  refuseUnknownOptions('authorizationCodeGrant', others)
  assertSeconds({ lifetime }, 1)
  assertSeconds({ doubleSubmitInterval })
  return {
    kind: 'grant',
    grantType: 'authorization_code',
    requires: allowWithoutCodeChallenge ? [] : ['code_challenge'],
    settings: { lifetime, doubleSubmitInterval, requireRedirectUri, allowWithoutCodeChallenge },
    includes: [authorizeEndpoint, tokenEndpoint, codeResponseType(lifetime), issuerParameter],

    async exchange(request): Promise<TokenPlan> {
      const { client, now } = request
      const { code, authorization } = await findCode(request)
      if (authorization.clientId !== client.clientId) throw invalidCode('code of another client')
      checkRedirectUri(request, authorization, requireRedirectUri)
      const data = code.data as CodeData // sound: codeRecord wrote it
      if (data.status === 'burnt') throw invalidCode('burnt code')
      const plan = { authorization, scope: authorization.scope }
      if (data.status === 'used') {
        // The plan is refused only once everything else about the request has been found valid: anyone who holds nothing
        // but a used code must not be able to end the authorization. OAuth 2.1 §7.5
        const soon = now < (data.usedAt ?? 0) + doubleSubmitInterval
        const doubleSubmit = soon && data.usedBy === senderKey(request) // another key is another sender
        return doubleSubmit
          ? { ...plan, refuse: invalidCode('code submitted twice') }
          : { ...plan, refuse: invalidCode('code replayed'), update: { status: 'revoked' } }
      }
      const session = sessionSlot.read(authorization)
      if (session !== undefined && (await sessionEnded(request.server, session))) {
        throw invalidCode('the session has ended')
      }
      return {
        ...plan,
        refreshable: true,
        update: { status: 'active' },
        changes: mark(code, { version: 1, status: 'used', usedAt: now, usedBy: senderKey(request) }, now),
        ifInvalid: mark(code, { version: 1, status: 'burnt' }, now), // one guess at a verifier, no more
      }
    },
  }
}

function codeResponseType(lifetime: number): ResponseType {
  return {
    kind: 'response_type',
    responseType: 'code',
    grantTypes: ['authorization_code'],
    defaultMode: 'query',
    repeatable: true,
    async respond({ server, params }, authorization) {
      // Derived, not drawn: who answers twice gets the same code again. It is as hard to guess as the secrets.
      const own = await server.mac('authorization_code').sign(authorization.id)
      const code = `${server.tokenPrefix}${PREFIX}_${authorization.id}.${own}`
      const record: StoredRecord = {
        kind: KIND,
        id: await sha256Base64url(code),
        partition: authorization.id,
        revision: 1,
        expiresAt: authorization.createdAt + lifetime,
        data: { version: 1, status: 'live' } satisfies CodeData,
      }
      const redirectUri = params.get('redirect_uri')
      return {
        params: { code },
        changes: { put: [record] },
        update: {
          expiresAt: Math.max(authorization.expiresAt, record.expiresAt),
          ...(redirectUri === undefined ? {} : { data: redirectUriSlot.write(redirectUri) }),
        },
      }
    },
  }
}

/** @throws OAuth2Error `invalid_grant` for anything that is not a known code with a living authorization */
async function findCode({
  server,
  params,
  now,
}: TokenRequest): Promise<{ code: StoredRecord; authorization: Authorization }> {
  const text = params.get('code')
  if (text === undefined) throw invalidRequest('code is missing')
  const partition = authorizationIdOf(PREFIX, text)
  if (partition === null) throw invalidCode('not a code')
  const [code, root] = await server.store.get(partition, [
    [KIND, await sha256Base64url(text)],
    [AUTHORIZATION_KIND, partition],
  ])
  const authorization = readAuthorization(root, now)
  if (!code || code.expiresAt <= now || !authorization) throw invalidCode('unknown or expired code')
  if (authorization.status === 'revoked') throw invalidCode('the authorization is revoked')
  return { code, authorization }
}

/** Optional, and enforced when it is sent. OAuth 2.1 §10.2 */
function checkRedirectUri({ params }: TokenRequest, authorization: Authorization, required: boolean): void {
  const sent = params.get('redirect_uri')
  const used = redirectUriSlot.read(authorization)
  if (sent === undefined && !(required && used !== undefined)) return
  if (sent === undefined || used === undefined || !constantTimeEqual(sent, used)) {
    throw invalidGrant('redirect_uri differs from that of the authorization request')
  }
}

function mark(code: StoredRecord, data: CodeData, now: number): Changes {
  const { kind, id, revision } = code
  return {
    expect: [{ kind, id, revision }],
    put: [{ ...code, revision: revision + 1, expiresAt: Math.max(code.expiresAt, now + REPLAY_MEMORY), data }],
  }
}

function invalidCode(reason: string): OAuth2Error {
  return invalidGrant(INVALID_CODE, { reason })
}
