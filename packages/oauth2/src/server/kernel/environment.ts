/** What a server stands on, made from its options. */

import { AuthlibError, systemClock, systemRandom } from '@authlib/core'
import { createMac, createSealer, isLoopbackHost, wellKnownPath, type SecretsOptions } from '@authlib/core/kit'
import { consoleEvents, logServerError, type AuthEvent } from '../contract/events.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Environment } from '../contract/server.ts'
import type { AuthorizationServerOptions } from './options.ts'
import type { Registry } from './registry.ts'

/** @throws AuthlibError `weak_secret` */
export function createEnvironment(options: AuthorizationServerOptions, registry: Registry): Environment {
  const { issuer, store, keys, secrets, clock = systemClock, random = systemRandom } = options
  const { formerIssuers = [], outgoing = {}, tokenPrefix } = options
  // Tenants share secrets, and nothing made with them. What former issuers made is still accepted.
  const labelled = (label: string): SecretsOptions => ({
    secrets,
    label: [`${label} ${issuer}`, ...formerIssuers.map((former) => `${label} ${former}`)],
  })
  const sealer = madeOnce((label) => createSealer({ ...labelled(label), random }))
  sealer('check') // refuses weak secrets now, not at the first request

  const inDevelopment = isLoopbackHost(new URL(issuer).hostname)
  const listener: (event: AuthEvent) => unknown = options.onEvent ?? (inDevelopment ? consoleEvents() : logServerError)
  const emit = (event: AuthEvent): void => {
    try {
      const told = listener(event)
      if (told instanceof Promise) told.catch(() => undefined) // an async listener cannot end the process either
    } catch {
      // a listener cannot fail the request
    }
  }

  return {
    issuer,
    formerIssuers,
    tokenPrefix: tokenPrefix === undefined ? '' : `${tokenPrefix}_`,
    store,
    keys,
    clock,
    random,
    sealer,
    emit,
    rateLimit: options.rateLimit,
    mac: madeOnce((label) => createMac(labelled(label))),
    send: async (url, sending) => (await import('./outgoing.ts')).sendOut(url, sending, outgoing),

    requireKeys() {
      if (keys) return keys
      throw new AuthlibError('missing_keys', 'Something registered signs tokens, and the server has no keys', {
        hint: "Pass `keys`, such as storedKeys({ store, secrets }) of '@authlib/jose'.",
      })
    },

    url(name, id) {
      const endpoint = registry.byKind.endpoint.get(name)
      if (!endpoint) {
        throw new AuthlibError('unknown_endpoint', 'No endpoint of this name is registered', { reason: name })
      }
      const url = new URL(baseOf(options)).origin + endpointPath(options, endpoint)
      return id === undefined ? url : url.replace(/:\w+$/, encodeURIComponent(id))
    },

    background(work) {
      const done = Promise.resolve()
        .then(work)
        .then(
          () => undefined,
          (error: unknown) => emit({ type: 'server.error', at: clock(), error }),
        )
      options.background?.(done)
    },
  }
}

/** Where an endpoint is served: a path, perhaps with `/:id` at its end. */
export function endpointPath(options: AuthorizationServerOptions, { name, path }: Endpoint): string {
  const own = options.paths?.[name]
  if (own !== undefined) return own
  if (typeof path !== 'string') return wellKnownPath(options.issuer, path.wellKnown, path.placement)
  return new URL(baseOf(options)).pathname.replace(/\/$/, '') + path
}

function baseOf({ baseUrl, issuer }: AuthorizationServerOptions): string {
  return baseUrl ?? issuer
}

/** One thing for each label. */
function madeOnce<T>(make: (label: string) => T): (label: string) => T {
  const made = new Map<string, T>()
  return (label) => {
    const present = made.get(label) ?? make(label)
    made.set(label, present)
    return present
  }
}
