/**
 * The checks of a signed request, in an order that tells an attacker nothing: an unknown client and an unknown token cost the
 * same time as known ones, and a nonce is used up only by a good signature.
 *
 * @spec RFC 5849 §3.2 §3.3
 */

import { constantTimeEqual, randomToken, type HttpRequest, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import type { Jwk } from '@authlib/jose'
import { bodyHash } from '../body-hash.ts'
import type { SignatureMethod } from '../signature-method.ts'
import type { RegisteredClient } from './clients.ts'
import type { FoundCredentials, TemporaryData, TokenData } from './credentials.ts'
import { mayUse, type OAuth1Environment } from './environment.ts'
import {
  invalidClient,
  invalidNonce,
  invalidRequest,
  invalidSignature,
  invalidToken,
  missingParameter,
  OAuth1Error,
  unsupportedParameter,
  unsupportedSignatureMethod,
} from './errors.ts'
import { readSignedRequest, requiredParameter, type SignedRequestParts } from './signed-request.ts'

/** A request whose signature is good. Its nonce is not used up yet. */
export interface VerifiedRequest<Found> {
  readonly client: RegisteredClient
  readonly params: ReadonlyMap<string, string>
  readonly realm: string | undefined
  readonly credentials: Found
  /** The id of the authorization: that of the token, or of one that begins with this request. */
  readonly authorizationId: string
  /** To be written where it must not stand yet; null for PLAINTEXT without a nonce. */
  readonly nonce: StoredRecord | null
}

/** A request that the client signs for itself; a token it names is not looked at. RFC 5849 §2.1 */
export async function verifyClientRequest(env: OAuth1Environment, http: HttpRequest): Promise<VerifiedRequest<null>> {
  return { ...(await verify(env, http, null)), credentials: null }
}

/** A request with credentials of the kind that `find` finds. RFC 5849 §2.3, §3 */
export async function verifyTokenRequest<Data extends TemporaryData | TokenData>(
  env: OAuth1Environment,
  http: HttpRequest,
  find: FindCredentials<Data>,
): Promise<VerifiedRequest<FoundCredentials<Data>>> {
  const { credentials, ...verified } = await verify(env, http, find)
  if (credentials === null) throw missingParameter('oauth_token')
  return { ...verified, credentials }
}

/** The same, or a request without a token that the client signs for itself. */
export function verifyAnyRequest<Data extends TemporaryData | TokenData>(
  env: OAuth1Environment,
  http: HttpRequest,
  find: FindCredentials<Data>,
): Promise<VerifiedRequest<FoundCredentials<Data> | null>> {
  return verify(env, http, find, { optional: true })
}

type FindCredentials<Data extends TemporaryData | TokenData> = (
  env: OAuth1Environment,
  text: string,
) => Promise<FoundCredentials<Data> | null>

/** Uses up the nonce, alone. @throws OAuth1Error `invalid_nonce` */
export async function spendNonce(env: OAuth1Environment, { nonce }: VerifiedRequest<unknown>): Promise<void> {
  if (nonce === null) return
  const { partition } = nonce
  if (!(await env.store.commit({ partition, now: env.clock(), expect: [absent(nonce)], put: [nonce], remove: [] }))) {
    throw invalidNonce()
  }
}

/** What a batch expects of a record that must not stand yet. */
export function absent({ kind, id }: StoredRecord): { kind: string; id: string; revision: number } {
  return { kind, id, revision: 0 }
}

async function verify<Data extends TemporaryData | TokenData>(
  env: OAuth1Environment,
  http: HttpRequest,
  find: FindCredentials<Data> | null,
  { optional = false }: { readonly optional?: boolean } = {},
): Promise<VerifiedRequest<FoundCredentials<Data> | null>> {
  const request = await readSignedRequest(http, env.origin)
  const { params } = request
  const clientId = requiredParameter(params, 'oauth_consumer_key')
  const forClient = find === null || (optional && !params.has('oauth_token'))
  const text = forClient ? '' : requiredParameter(params, 'oauth_token')
  const method = readMethod(env, params)
  const signature = requiredParameter(params, 'oauth_signature')
  const version = params.get('oauth_version')
  if (version !== undefined && version !== '1.0') throw invalidRequest('oauth_version must be 1.0') // §3.1
  const stamp = readStamp(env, params, method)
  try {
    const client = await env.clients.find(clientId)
    const credentials = forClient ? null : await find(env, text)
    if (client !== null && !mayUse(client, method))
      throw unsupportedSignatureMethod('the client is not registered for it')
    const dummy = randomToken(env.random, 32)
    const valid = await method.verify(request.baseString, signature, {
      clientSecret: client === null ? dummy : (client.clientSecret ?? ''),
      tokenSecret: credentials?.secret ?? (forClient ? '' : dummy),
      publicKey: client === null && method.key === 'publicKey' ? await dummyKey() : client?.publicKey,
    })
    if (client === null) throw invalidClient()
    if (!forClient && credentials?.data.clientId !== clientId) throw invalidToken(whyNot(credentials))
    if (!valid) throw invalidSignature()
    await checkBodyHash(http, request, method)
    const hash = stamp && (await sha256Base64url(JSON.stringify([clientId, text, stamp.timestamp, stamp.nonce])))
    const authorizationId = credentials?.record.partition ?? hash?.slice(0, 22) ?? randomToken(env.random, 16)
    const nonce = hash === null ? null : nonceRecord(env, hash, authorizationId, stamp?.timestamp ?? 0)
    return { client, params, realm: request.realm, credentials, authorizationId, nonce }
  } catch (error) {
    throw error instanceof OAuth1Error ? withClient(error, clientId) : error
  }
}

const clientIds = new WeakMap<OAuth1Error, string>()

/** Who sent the request that was refused, for events. */
export function refusedClient(error: OAuth1Error): string | undefined {
  return clientIds.get(error)
}

/** Notes who sent the request. */
export function withClient(error: OAuth1Error, clientId: string): OAuth1Error {
  clientIds.set(error, clientId)
  return error
}

function whyNot(credentials: unknown): string {
  return credentials === null ? 'it is unknown, expired or used' : 'it belongs to another client'
}

function readMethod(env: OAuth1Environment, params: ReadonlyMap<string, string>): SignatureMethod {
  const method = env.methods.get(requiredParameter(params, 'oauth_signature_method'))
  if (method === undefined) throw unsupportedSignatureMethod('the server does not have it')
  return method
}

/** Null only for PLAINTEXT, which may leave both out. RFC 5849 §3.1 */
function readStamp(
  { clock, timestampWindow }: OAuth1Environment,
  params: ReadonlyMap<string, string>,
  { sendsSecret = false }: SignatureMethod,
): { readonly timestamp: number; readonly nonce: string } | null {
  if (sendsSecret && !params.has('oauth_timestamp') && !params.has('oauth_nonce')) return null
  const text = requiredParameter(params, 'oauth_timestamp')
  const nonce = requiredParameter(params, 'oauth_nonce')
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest('oauth_timestamp is not a positive integer')
  if (nonce.length > 255) throw invalidRequest('oauth_nonce is too long')
  const timestamp = Number(text)
  if (Math.abs(clock() - timestamp) > timestampWindow) {
    throw invalidRequest('oauth_timestamp is too old or too far in the future', `the clock shows ${clock()}`)
  }
  return { timestamp, nonce }
}

/** Remembered for as long as its timestamp is accepted. RFC 5849 §3.3 */
function nonceRecord(
  { timestampWindow }: OAuth1Environment,
  id: string,
  partition: string,
  timestamp: number,
): StoredRecord {
  const expiresAt = timestamp + timestampWindow + 1
  return { kind: 'oauth1_nonce', id, partition, revision: 1, expiresAt, data: { version: 1 } }
}

async function checkBodyHash(http: HttpRequest, { params, hasForm }: SignedRequestParts, method: SignatureMethod) {
  const sent = params.get('oauth_body_hash')
  if (sent === undefined) return
  if (hasForm) throw unsupportedParameter('oauth_body_hash') // OAuth Request Body Hash §3.1: its parameters are signed
  if (!constantTimeEqual(sent, await bodyHash(await (http.bytes ? http.bytes() : http.text()), method))) {
    throw invalidSignature('oauth_body_hash is not that of the body')
  }
}

let strangersKey: Promise<Jwk> | undefined

/** Of nobody: an unknown client costs a verification, too. */
function dummyKey(): Promise<Jwk> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: EXPONENT }
  strangersKey ??= crypto.subtle
    .generateKey(algorithm, true, ['sign', 'verify'])
    .then(({ publicKey }) => crypto.subtle.exportKey('jwk', publicKey))
    .then(({ kty, n, e }) => ({ kty, n, e }) as Jwk) // sound: these are the members of an RSA key
  return strangersKey
}

const EXPONENT = new Uint8Array([1, 0, 1])
