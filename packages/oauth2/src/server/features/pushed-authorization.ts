/**
 * Pushed authorization requests: the client sends the parameters directly, and the browser carries a reference only.
 *
 * @spec RFC 9126
 */

import { jsonResponse, noStore, Params, randomToken, type JsonObject } from '@authlib/core'
import { assertSeconds, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Extension } from '../contract/extension.ts'
import type { Endpoint, Feature } from '../contract/registrable.ts'
import { ANSWER_TIME } from '../records/authorization.ts'
import { proofSlot } from '../records/sender-key.ts'

export interface PushedAuthorizationOptions {
  /** Seconds in which the browser must arrive with the reference. RFC 9126 §2.2 suggests 5 to 600. Default 60. */
  readonly lifetime?: number | undefined
  /**
   * Refuses requests that were not pushed, for every client. Default false: then only clients that are registered with
   * `require_pushed_authorization_requests` must push.
   */
  readonly required?: boolean | undefined
  /**
   * Refuses pushed requests without `redirect_uri`. Default false: a client with a single redirect URI may leave it out (RFC
   * 6749 §3.1.2.3). FAPI 2.0 Security Profile §5.3.2.2 wants it.
   */
  readonly requireRedirectUri?: boolean | undefined
}

/**
 * Adds the endpoint `/par`, and accepts its references at the authorization endpoint. A reference belongs to one client
 * and is used up by the answer: reloading the login page burns nothing.
 *
 * @example
 * server.register(pushedAuthorizationRequests({ required: true }))
 */
export function pushedAuthorizationRequests({
  lifetime = 60,
  required = false,
  requireRedirectUri = false,
  ...others
}: PushedAuthorizationOptions = {}): Feature {
  refuseUnknownOptions('pushedAuthorizationRequests', others)
  assertSeconds({ lifetime }, 1)
  return {
    kind: 'feature',
    name: 'pushed_authorization_requests',
    settings: { lifetime, required, requireRedirectUri },
    ...(required && { metadata: { require_pushed_authorization_requests: true } }), // §5
    includes: [endpoint(lifetime, requireRedirectUri), extension(required)],
  }
}

const KIND = 'pushed_request'
const URN = 'urn:ietf:params:oauth:request_uri:' // §2.2, RFC 9101 §10.2.1
/** Of the endpoint, not of the request: they must not be stored. */
const CREDENTIALS = { client_secret: undefined, client_assertion: undefined, client_assertion_type: undefined }

type Pushed = {
  readonly version: 1
  readonly clientId: string
  readonly query: string
  readonly via: readonly string[]
  /** The record lives longer than the reference: the login that it began must find it. */
  readonly until: number
}

function endpoint(lifetime: number, requireRedirectUri: boolean): Endpoint {
  return {
    kind: 'endpoint',
    name: 'pushed_authorization_request',
    path: '/par',
    methods: ['POST'],
    cors: true,
    direct: true,
    async handle(http, server) {
      const received = await server.clients.receive(http, 'pushed_authorization_request')
      const { client, params: sent, now } = received
      if (sent.has('request_uri')) throw invalidRequest('request_uri may not be pushed') // §2.1 step 2
      const authorizationId = randomToken(server.random, 16)
      const params = sent.with({ client_id: client.clientId, ...CREDENTIALS })
      const request = await server.requests.pushed({ client, params, authorizationId }) // §2.1 step 3
      if (requireRedirectUri && !request.params.has('redirect_uri')) throw invalidRequest('redirect_uri is missing')
      const bound = boundTo(proofSlot.read(received), request.params)
      const reference = `${authorizationId}.${randomToken(server.random, 32)}`
      const data: Pushed = {
        version: 1,
        clientId: client.clientId,
        query: bound.toString(),
        via: request.via,
        until: now + lifetime,
      }
      const record = {
        kind: KIND,
        id: await sha256Base64url(reference),
        partition: authorizationId,
        revision: 1,
        expiresAt: now + lifetime + ANSWER_TIME,
        data: data as unknown as JsonObject, // sound: plain JSON
      }
      await server.store.commit({ partition: authorizationId, now, expect: [], put: [record], remove: [] })
      return jsonResponse(201, { request_uri: URN + reference, expires_in: lifetime }, noStore) // §2.2
    },
  }
}

/** The key of the proof also binds the code of a signed request, whose parameters know nothing of it. RFC 9449 §10.1 */
function boundTo(proven: string | undefined, params: Params): Params {
  const asked = params.get('dpop_jkt')
  if (proven === undefined) return params
  if (asked !== undefined && asked !== proven) throw invalidRequest('dpop_jkt is not the key of the proof')
  return params.with({ dpop_jkt: proven })
}

function extension(required: boolean): Extension {
  return {
    kind: 'extension',
    name: 'pushed_authorization_requests',
    async resolveRequestUri(uri, { client, server }) {
      if (!uri.startsWith(URN)) return undefined
      const reference = uri.slice(URN.length)
      const authorizationId = reference.slice(0, 22)
      const id = await sha256Base64url(reference)
      const [record] = await server.store.get(authorizationId, [[KIND, id]])
      const pushed = record?.data as unknown as Pushed | undefined // sound: the endpoint wrote it
      if (!pushed || pushed.until <= server.clock() || pushed.clientId !== client.clientId) {
        // One answer for all three: a reference of another client must not look like one that exists. §4
        throw new OAuth2Error('invalid_request_uri', 'request_uri is unknown, used or expired')
      }
      return {
        via: ['pushed', ...pushed.via],
        params: Params.parse(pushed.query),
        authorizationId,
        changes: { expect: [{ kind: KIND, id, revision: 1 }], remove: [[KIND, id]] }, // single use, §7.3
      }
    },
    validateAuthorizationRequest({ kind, via, client }) {
      if (kind !== 'authorization' || via.includes('pushed')) return
      if (required || client.metadata['require_pushed_authorization_requests'] === true) {
        throw invalidRequest('the request must be pushed') // §5, §6
      }
    },
  }
}
