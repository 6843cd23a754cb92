/**
 * What a client that registers itself may ask an OpenID provider for: what cannot be done is refused, not left out.
 *
 * @spec OpenID Connect Registration 1.0 §2 §3.2 §5
 */

import { AuthlibError, isHttps, type Json, type JsonObject } from '@authlib/core'
import { isLoopbackHost, parseJson } from '@authlib/core/kit'
import { OAuth2Error } from '@authlib/oauth2'
import { clientRegistering, on, type Extension, type RegistrationRequest, type Server } from '@authlib/oauth2/server'
import { usesSecret } from '../registration.ts'
import { isCibaClient, sectorOf, sectorUrisOfCiba } from '../sector.ts'

/** Part of `openIdCode`: judges clients of `dynamicClientRegistration` and of `clientIdMetadataDocuments`. */
export const openIdRegistration: Extension = {
  kind: 'extension',
  name: 'openid_registration',
  handlers: [
    on(clientRegistering, async (request) => {
      const metadata = withDefaults(request)
      checkUrls(request.server, metadata)
      checkUses(metadata)
      checkImplicit(request)
      checkSupported(request.server, metadata)
      checkEncryption(metadata)
      await checkSector(request.server, metadata)
      return { metadata }
    }),
  ],
}

/** Clients that say nothing expect RS256. §2 */
function withDefaults({ metadata, server }: RegistrationRequest): JsonObject {
  const supported = listOf(server, 'id_token_signing_alg_values_supported')
  if (metadata['id_token_signed_response_alg'] !== undefined || !supported.includes('RS256')) return metadata
  return { ...metadata, id_token_signed_response_alg: 'RS256' }
}

/** @throws OAuth2Error `invalid_client_metadata` */
function checkUrls(server: Server, metadata: JsonObject): void {
  for (const name of ['initiate_login_uri', 'sector_identifier_uri']) {
    const uri = metadata[name]
    if (uri !== undefined && !(typeof uri === 'string' && isHttps(uri))) throw refused(`${name} must be an https URL`) // §2, §5
  }
  for (const uri of textsOf(metadata['request_uris'])) {
    if (!isHttps(uri)) throw refused('request_uris must be https URLs')
  }
  const { jwks_uri: keys } = metadata
  if (typeof keys !== 'string' || isHttps(keys)) return
  const isDevelopment = isLoopbackHost(new URL(server.issuer).hostname) && isLoopbackHost(new URL(keys).hostname)
  if (!isDevelopment) throw refused('jwks_uri must be an https URL') // §2
}

/** A set with keys for encryption says of each key what it is for. §2 @throws OAuth2Error `invalid_client_metadata` */
function checkUses({ jwks }: JsonObject): void {
  const { keys } = (jwks ?? {}) as JsonObject // sound: the type of the member is an object
  const uses = (Array.isArray(keys) ? keys : []).map((key) => (key as JsonObject)['use']) // sound: they were checked
  if (uses.includes('enc') && uses.includes(undefined))
    throw refused('jwks has a key without use beside one for encryption')
}

/** A web client whose tokens come through the browser has no host of its own on the person's machine. §2 */
function checkImplicit({ metadata, server }: RegistrationRequest): void {
  if (!textsOf(metadata['grant_types']).includes('implicit') || metadata['application_type'] === 'native') return
  if (isLoopbackHost(new URL(server.issuer).hostname)) return // a provider in development
  for (const uri of textsOf(metadata['redirect_uris'])) {
    if (!URL.canParse(uri)) continue // refused with the other redirect URIs
    const { protocol, hostname } = new URL(uri)
    if (protocol !== 'https:' || isLoopbackHost(hostname)) {
      throw new OAuth2Error('invalid_redirect_uri', 'web clients with the implicit grant need https and a public host')
    }
  }
}

/** Members with one value of a list that the provider publishes. */
const published: Readonly<Record<string, string>> = {
  subject_type: 'subject_types_supported',
  id_token_signed_response_alg: 'id_token_signing_alg_values_supported',
  id_token_encrypted_response_alg: 'id_token_encryption_alg_values_supported',
  id_token_encrypted_response_enc: 'id_token_encryption_enc_values_supported',
  userinfo_signed_response_alg: 'userinfo_signing_alg_values_supported',
  userinfo_encrypted_response_alg: 'userinfo_encryption_alg_values_supported',
  userinfo_encrypted_response_enc: 'userinfo_encryption_enc_values_supported',
  request_object_signing_alg: 'request_object_signing_alg_values_supported',
  request_object_encryption_alg: 'request_object_encryption_alg_values_supported',
  request_object_encryption_enc: 'request_object_encryption_enc_values_supported',
  token_endpoint_auth_signing_alg: 'token_endpoint_auth_signing_alg_values_supported',
}

function checkSupported(server: Server, metadata: JsonObject): void {
  for (const member of ['id_token_signed_response_alg', 'userinfo_signed_response_alg']) {
    const alg = metadata[member]
    const shared = typeof alg === 'string' && usesSecret(alg)
    if (shared && metadata['token_endpoint_auth_method'] === 'none')
      throw refused(`${member} needs a secret, which a public client cannot keep`) // Core §10.1
  }
  for (const [member, list] of Object.entries(published)) {
    const value = metadata[member]
    if (value !== undefined && !listOf(server, list).some((known) => known === value)) {
      throw refused(`${member} has a value that is not supported`)
    }
  }
}

/** Each answer is encrypted to a key of the client, or not at all. §2 */
function checkEncryption(metadata: JsonObject): void {
  for (const name of ['id_token_encrypted_response', 'userinfo_encrypted_response', 'request_object_encryption']) {
    const alg = metadata[`${name}_alg`]
    if (metadata[`${name}_enc`] !== undefined && alg === undefined) throw refused(`${name}_enc lacks ${name}_alg`)
    const ours = name === 'request_object_encryption' // to a key of the provider
    if (alg !== undefined && !ours && metadata['jwks'] === undefined && metadata['jwks_uri'] === undefined) {
      throw refused(`${name}_alg lacks jwks or jwks_uri`)
    }
  }
}

/** The document of the sector lists all redirect URIs; without one they share a host. §5; of CIBA, CIBA Core §4 */
async function checkSector(server: Server, metadata: JsonObject): Promise<void> {
  const { sector_identifier_uri: uri, subject_type: type } = metadata
  const ofCiba = type === 'pairwise' ? sectorUrisOfCiba(metadata) : []
  if (type === 'pairwise' && isCibaClient(metadata) && ofCiba.length === 0) {
    throw refused('pairwise subjects of a client of CIBA need jwks_uri')
  }
  if (typeof uri === 'string') {
    const listed = await readSector(server, uri)
    const uris = textsOf(metadata['redirect_uris'])
    if (!uris.every((one) => listed.includes(one))) throw refused('sector_identifier_uri does not list a redirect URI')
    if (!ofCiba.every((one) => listed.includes(one))) {
      throw refused('sector_identifier_uri does not list jwks_uri, or the notification endpoint of push mode')
    }
    return
  }
  if (type !== 'pairwise') return
  try {
    sectorOf({ clientId: 'new', metadata, redirectUris: textsOf(metadata['redirect_uris']) })
  } catch (cause) {
    throw refused('pairwise subjects need sector_identifier_uri, or redirect URIs of one host', cause)
  }
}

async function readSector(server: Server, uri: string): Promise<readonly string[]> {
  const answer = await server.send(uri, { maxBody: 65_536, timeout: 5 }).catch((cause: unknown) => {
    throw refused('sector_identifier_uri could not be fetched', cause)
  })
  if (answer.status !== 200) throw refused('sector_identifier_uri could not be fetched')
  try {
    const list = parseJson(answer.text)
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  } catch (cause) {
    if (!(cause instanceof AuthlibError)) throw cause
    throw refused('sector_identifier_uri is not an array of URLs', cause)
  }
  throw refused('sector_identifier_uri is not an array of URLs')
}

function listOf(server: Server, name: string): readonly string[] {
  const members: JsonObject = { ...server.metadata() }
  return textsOf(members[name])
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function refused(description: string, cause?: unknown): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description, { cause })
}
