/**
 * What a client was registered for. What this provider cannot do is refused when the client asks, not quietly done
 * otherwise.
 *
 * @spec OpenID Connect Registration 1.0 §2
 */

import { AuthlibError } from '@authlib/core'
import { findJwsRow } from '@authlib/jose'
import { invalidRequest } from '@authlib/oauth2'
import type { Client, Server } from '@authlib/oauth2/server'

/** Members of client metadata that name one of our signature algorithms. */
export type SignedResponse = 'id_token_signed_response_alg' | 'userinfo_signed_response_alg'

const offers: Readonly<Record<SignedResponse, string>> = {
  id_token_signed_response_alg: 'id_token_signing_alg_values_supported',
  userinfo_signed_response_alg: 'userinfo_signing_alg_values_supported',
}
const signed = Object.keys(offers) as readonly SignedResponse[] // sound: its only keys
const encrypted = ['id_token_encrypted_response_alg', 'userinfo_encrypted_response_alg']

/** Algorithms that a client can check with the published keys. */
export function signatureAlgorithms(server: Server): readonly string[] {
  const algorithms = server.requireKeys().algorithms.filter((alg) => !usesSecret(alg))
  if (algorithms.length > 0) return algorithms
  throw new AuthlibError('missing_keys', 'An OpenID provider needs keys whose public half it can publish', {
    hint: "Pass `keys`, such as storedKeys({ store, secrets }) of '@authlib/jose'.",
  })
}

/** Whether both sides have the same key. */
export function usesSecret(alg: string): boolean {
  return findJwsRow(alg)?.kty === 'oct'
}

/** The algorithm that the client wants; undefined when it does not say. @throws OAuth2Error `invalid_request` */
export function registeredAlgorithm(client: Client, member: SignedResponse, server: Server): string | undefined {
  const alg = client.metadata[member]
  if (typeof alg !== 'string') return undefined
  if (signatureAlgorithms(server).includes(alg)) return alg
  const offered = server.metadata()[offers[member]]
  const shared = usesSecret(alg) && client.authMethod !== 'none' // Core §10.1: a public client keeps no secret
  if (shared && includes(offered, alg)) return alg // of a feature: see secretSignatures
  throw invalidRequest(`the client is registered for a ${member} that this provider has no key for`)
}

/** @throws OAuth2Error `invalid_request` */
export function checkRegistration(client: Client, server: Server): void {
  const { metadata } = client
  for (const member of signed) registeredAlgorithm(client, member, server)
  const supported = server.metadata()
  for (const member of encrypted) {
    const offered = supported[member.replace('encrypted_response_alg', 'encryption_alg_values_supported')]
    if (metadata[member] !== undefined && !includes(offered, metadata[member])) {
      throw invalidRequest(`the client is registered for ${member}, which this provider does not support`)
    }
  }
  const { subject_type: type } = metadata
  if (type !== undefined && !includes(supported['subject_types_supported'], type)) {
    throw invalidRequest('the client is registered for a subject_type that this provider does not support')
  }
}

function includes(list: unknown, value: unknown): boolean {
  return Array.isArray(list) && list.includes(value)
}
