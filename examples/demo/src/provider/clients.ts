/** The clients of the provider: the one of the demo, and those of a file in the form of RFC 7591. */

import { AuthlibError } from '@authlib/core'
import { clientFromMetadata, type ClientMetadata } from '@authlib/oauth2/server'
import { readFileSync } from 'node:fs'
import { SetupError } from '../settings.ts'

/** Everything that a client of this provider can ask for. */
export const scopes: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  'api:read',
  'api:write',
]

/** For the consent page. */
export const scopeDescriptions = { 'api:read': 'read your notes', 'api:write': 'write notes for you' }

export const CLIENT_ID = 'demo'

/** The client web app on port 4001. */
export function demoClient(url: string, clientSecret: string): ClientMetadata {
  return {
    client_id: CLIENT_ID,
    client_secret: clientSecret,
    client_name: 'Authlib Demo',
    client_uri: url,
    redirect_uris: [`${url}/callback`],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: scopes.join(' '),
  }
}

/**
 * Reads further clients from a JSON file: a list of client metadata, with `client_id` and `client_secret`. One that names
 * no `scope` may ask for all of it.
 *
 * @throws SetupError that says which client is wrong, and how
 */
export async function readClients(path: string): Promise<ClientMetadata[]> {
  const list = parse(path)
  if (!Array.isArray(list)) throw new SetupError(`AUTHLIB_CLIENTS: ${path} is not a list of clients`)
  const seen = new Set([CLIENT_ID])
  const clients: ClientMetadata[] = []
  for (const [index, entry] of (list as unknown[]).entries()) {
    try {
      const client = checkForms(entry)
      if (seen.has(client.client_id)) throw new SetupError('client_id is taken')
      seen.add(client.client_id)
      await clientFromMetadata(client)
      clients.push(client)
    } catch (error) {
      throw new SetupError(`AUTHLIB_CLIENTS: client ${index + 1} of ${path}: ${faultOf(error)}`)
    }
  }
  return clients
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SetupError(`AUTHLIB_CLIENTS: ${path} cannot be read: ${(error as Error).message}`)
  }
}

const TEXTS = [
  ...['client_id', 'client_secret', 'client_name', 'client_uri'],
  ...['scope', 'token_endpoint_auth_method', 'application_type'],
]
const LISTS = ['redirect_uris', 'grant_types', 'response_types']

/** A file promises nothing: each member must have the form that RFC 7591 §2 gives it. */
function checkForms(entry: unknown): ClientMetadata {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw new SetupError('it is not an object')
  const members: Record<string, unknown> = { scope: scopes.join(' '), ...entry }
  if (members['client_id'] === undefined) throw new SetupError('client_id is missing')
  for (const name of TEXTS) {
    if (members[name] !== undefined && typeof members[name] !== 'string')
      throw new SetupError(`${name} is not a string`)
  }
  for (const name of LISTS) {
    if (members[name] !== undefined && !isStringList(members[name]))
      throw new SetupError(`${name} is not a list of strings`)
  }
  return members as ClientMetadata & Record<string, unknown> // sound: checked member by member, the rest is any JSON
}

function isStringList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function faultOf(error: unknown): string {
  if (error instanceof SetupError) return error.message
  if (error instanceof AuthlibError) return error.reason ?? error.message
  throw error
}
