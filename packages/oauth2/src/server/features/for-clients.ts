/** Extensions that hold for some clients only. */

import { AuthlibError, type Awaitable } from '@authlib/core'
import type { Authorization } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { EndingCause } from '../contract/events.ts'
import type { Extension } from '../contract/extension.ts'
import type { Server } from '../contract/server.ts'

export interface ForClientsOptions {
  /** Of the extension that comes out. Default: the name of the extension, and `of some clients`. */
  readonly name?: string | undefined
}

/**
 * The extension, for the clients that the predicate accepts. For others it is as if it were not registered. What it publishes
 * in metadata, its endpoints and what else it brings along are there for everyone, and so are headers of every answer, such
 * as a DPoP nonce.
 *
 * Nothing that `requires` the extension is content with it: a grant which is not safe without it must say so itself, such as
 * `authorizationCodeGrant({ allowWithoutCodeChallenge: true })`.
 *
 * @throws AuthlibError `misplaced_extension` for one with moments of other features, at which no client is known
 * @example
 * server.registerExtension(forClients((client) => client.metadata['partner'] === true, dpop({ required: true })))
 */
export function forClients(
  predicate: (client: Client) => boolean,
  extension: Extension,
  { name = `${extension.name} of some clients` }: ForClientsOptions = {},
): Extension {
  if ((extension.handlers ?? []).length > 0) throw misplaced(extension.name)
  const { kind, metadata, settings, includes, clientMembers } = extension
  const responseHeaders = extension.responseHeaders?.bind(extension)
  const ending = extension.ending?.bind(extension)
  return {
    kind,
    name,
    settings: { ...settings, forSomeClients: true },
    ...(metadata !== undefined && { metadata }),
    ...(includes !== undefined && { includes }),
    ...(clientMembers !== undefined && { clientMembers }),
    ...(responseHeaders && { responseHeaders }),
    ...(ending && {
      async ending(authorization: Authorization, cause: EndingCause, server: Server) {
        const client = await server.clients.find(authorization.clientId)
        return client && !predicate(client) ? undefined : ending(authorization, cause, server) // gone: who knows
      },
    }),
    ...scopedMoments(predicate, extension),
  }
}

/** Moments of which one argument knows the client, with the place of that argument. */
const places = {
  resolveRequestUri: 1,
  resolveRequestObject: 1,
  authorizationResponse: 0,
  validateAuthorizationRequest: 0,
  demands: 0,
  consents: 0,
  authorizing: 0,
  receiveClientRequest: 0,
  validateTokenRequest: 0,
  issuing: 1,
  tokenResponse: 1,
} as const

type Knowing = { readonly client: Client }
type Step = (...input: readonly Knowing[]) => Awaitable<unknown>

function scopedMoments(predicate: (client: Client) => boolean, extension: Extension): Partial<Extension> {
  const steps = extension as unknown as Readonly<Record<string, Step | undefined>> // sound: `places` lists functions alone
  const scoped = Object.entries(places).flatMap(([moment, place]) => {
    const step = steps[moment]?.bind(extension)
    if (step === undefined) return []
    const run: Step = (...input) => {
      const about = input[place]
      return about && predicate(about.client) ? step(...input) : undefined
    }
    return [[moment, run] as const]
  })
  return Object.fromEntries(scoped) // sound: each under the name that it had
}

function misplaced(name: string): AuthlibError {
  return new AuthlibError('misplaced_extension', `The extension ${name} has moments at which no client is known`, {
    hint: `Register the extension ${name} for the whole server, and ask for the client in its handlers.`,
    reason: name,
  })
}
