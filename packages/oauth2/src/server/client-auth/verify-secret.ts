/** Checking a client secret, in the same time whether the client exists or not. */

import { constantTimeEqual, type Awaitable } from '@authlib/core'
import { whenKnown } from '@authlib/core/kit'
import { invalidClient } from '../../errors.ts'
import type { Client, ClientSecret } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { secretHash } from '../records/client-secret.ts'

/** What a request says to be a client's id and secret. */
export interface PresentedSecret {
  readonly clientId: string
  readonly secret: string
  /** Name of the endpoint that asks. */
  readonly endpoint: string
  /** Another reading of the same credentials. It counts where the first one leads to no client, or is not its secret. */
  readonly raw?: { readonly clientId: string; readonly secret: string } | undefined
}

const NOBODY: readonly ClientSecret[] = [{ hash: `sha-256:${'A'.repeat(43)}` }]

/**
 * The client, if the secret is one of its own that is alive. Our own hashes take the same time whether the client exists
 * or not; those of a registered `SecretVerifier` take their own.
 *
 * @throws OAuth2Error `invalid_client`, whatever is wrong
 */
export function verifySecret(server: Server, presented: PresentedSecret): Awaitable<Client> {
  const { clientId, endpoint, raw } = presented
  return whenKnown(server.clients.find(clientId, { endpoint }), (client) => {
    if (client || raw === undefined || raw.clientId === clientId || raw.clientId.includes('\0'))
      return ownSecret(server, client, presented)
    return whenKnown(server.clients.find(raw.clientId, { endpoint }), (other) => ownSecret(server, other, presented))
  })
}

function ownSecret(server: Server, client: Client | null, { secret, raw }: PresentedSecret): Awaitable<Client> {
  const secrets = client?.secrets.length ? client.secrets : NOBODY
  const presented = raw === undefined || raw.secret === secret ? [secret] : [secret, raw.secret]
  return whenKnown(matching(server, secrets, presented), (matches) => {
    if (!client || matches.length === 0) throw invalidClient('', { reason: client ? 'wrong secret' : 'unknown client' })
    const now = server.clock()
    const live = matches.some(({ expiresAt }) => expiresAt === undefined || expiresAt > now) // RFC 7591 §3.2.1
    if (!live) throw invalidClient('', { reason: 'the secret has expired' })
    return client
  })
}

/** Which of the secrets were presented. At once where all hashes are ours, and the runtime hashes at once. */
function matching(
  server: Server,
  secrets: readonly ClientSecret[],
  presented: readonly string[],
): Awaitable<readonly ClientSecret[]> {
  const hashes = presented.map(secretHash)
  return hashes.every(isText) && secrets.every(isOurs)
    ? secrets.filter((known) => matchesOne(known, hashes))
    : matchingSlowly(server, secrets, hashes, presented)
}

async function matchingSlowly(
  server: Server,
  secrets: readonly ClientSecret[],
  hashing: readonly Awaitable<string>[],
  presented: readonly string[],
): Promise<readonly ClientSecret[]> {
  const hashes: string[] = []
  for (const hash of hashing) hashes.push(await hash)
  const matches: ClientSecret[] = []
  for (const known of secrets) {
    if (isOurs(known) ? matchesOne(known, hashes) : await matchesForeign(server, known, presented)) matches.push(known)
  }
  return matches
}

async function matchesForeign(server: Server, { hash }: ClientSecret, presented: readonly string[]): Promise<boolean> {
  const found = await Promise.all(presented.map((text) => server.clients.matchesSecret(hash, text)))
  return found.includes(true)
}

function isText(hash: Awaitable<string>): hash is string {
  return typeof hash === 'string'
}

function isOurs({ hash }: ClientSecret): boolean {
  return hash.startsWith('sha-256:')
}

/** Compares with all of them, so that the time tells nothing. */
function matchesOne({ hash }: ClientSecret, hashes: readonly string[]): boolean {
  return hashes.map((presented) => constantTimeEqual(hash, presented)).includes(true)
}
