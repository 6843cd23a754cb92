/**
 * Resource indicators: the client says which API a token is for, and the token is good at that API alone.
 *
 * @spec RFC 8707
 */

import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'
import { accessDenied, OAuth2Error } from '../../errors.ts'
import { isResourceUri } from '../../resource-uri.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { TokenChange, TokenDraft } from '../contract/plans.ts'
import type { Feature } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { slot } from '../records/authorization.ts'

/** An API that tokens can be for. */
export interface Resource {
  /** Scope values that the API understands: a token for it carries no others. Default: all. */
  readonly scope?: readonly string[] | undefined
  /** Lifetime of its access tokens in seconds, when it is shorter than the one of the server. */
  readonly lifetime?: number | undefined
  /** Name of the token format: `opaque`, or `jwt` with `jwtAccessToken`. Default: the default format of the server. */
  readonly format?: string | undefined
  /** Signature algorithm of its JWT access tokens, such as `ES256`. Default: the one of `jwtAccessToken`. */
  readonly algorithm?: string | undefined
}

export interface ResourceIndicatorsOptions {
  /** Every API by its identifier: an absolute URI without fragment, which becomes the `aud` of tokens for it. */
  readonly resources: Readonly<Record<string, Resource>>
  /** What a request without `resource` is for. Default: nothing in particular. */
  readonly defaultResource?: string | undefined
  /** Whether a client may have tokens for a resource. Default: every client for every resource. */
  readonly allow?: ((client: Client, resource: string) => boolean) | undefined
}

/**
 * Accepts `resource` at the authorization endpoint, in pushed and device requests and at the token endpoint. People are
 * asked for each resource once. A token request may ask for some of the resources of the authorization; each refresh may
 * ask for others of them.
 *
 * @example
 * server.register(resourceIndicators({
 *   resources: {
 *     'https://calendar.example': { scope: ['calendar:read'], lifetime: 300 },
 *     'https://mail.example': { scope: ['mail:send'], format: 'opaque' },
 *   },
 * }))
 *
 * @throws TypeError for an identifier that is no absolute URI without fragment, and a default that is not listed
 */
export function resourceIndicators({
  resources,
  defaultResource,
  allow = () => true,
  ...others
}: ResourceIndicatorsOptions): Feature {
  refuseUnknownOptions('resourceIndicators', others)
  const catalog = createCatalog(resources)
  if (defaultResource !== undefined && !Object.hasOwn(resources, defaultResource)) {
    throw new TypeError('defaultResource must be one of resources')
  }
  const byDefault = defaultResource === undefined ? [] : [defaultResource]

  /** The resources of a token: those of the token request, of the authorization, or the default. */
  function targetsOf(
    { authorization, client }: Pick<TokenDraft, 'authorization' | 'client'>,
    asked: readonly string[],
  ) {
    if (asked.length > 0) return asked
    const granted = grantedSlot.read(authorization)
    if (granted === undefined) {
      if (byDefault.every((resource) => allow(client, resource))) return byDefault
      throw invalidTarget('the client may not have tokens for the default resource')
    }
    const usable = granted.filter((resource) => catalog.has(resource) && allow(client, resource))
    if (usable.length === 0) throw invalidTarget('no resource of the authorization is left') // never a token for anything
    return usable
  }

  const extension: Extension = {
    kind: 'extension',
    name: 'resource_indicators',
    validateAuthorizationRequest({ params, client, scope }) {
      const asked = catalog.read(params.all('resource'), (resource) => allow(client, resource))
      if (asked.length === 0) return undefined
      const known = catalog.scopeOf(asked)
      if (scope.length > 0 && known && !scope.some((word) => known.includes(word))) throw noScopeLeft()
      return askedSlot.write(asked)
    },
    consents: (request) =>
      askedSlot.read(request)?.map((value) => ({ type: CONSENT_TYPE, value, key: `${CONSENT_TYPE} ${value}` })),
    authorizing(request, _authorization, approved) {
      const asked = askedSlot.read(request)
      if (!asked) return undefined
      const granted = asked.filter((resource) => approved.some((item) => isConsentTo(item, resource)))
      if (granted.length === 0) throw accessDenied('no resource was approved')
      return { data: grantedSlot.write(granted) }
    },
    validateTokenRequest({ params, client }, authorization) {
      const asked = catalog.read(params.all('resource'), (resource) => allow(client, resource))
      const granted = grantableBy(authorization, byDefault)
      if (granted && !asked.every((resource) => granted.includes(resource))) {
        throw invalidTarget('the authorization is not for this resource') // §2.2
      }
    },
    issuing(draft, request) {
      const sent = request.kind === 'token' ? request.params.all('resource') : [] // of the front channel: what was approved
      const targets = targetsOf(draft, catalog.namesOf(sent))
      if (targets.length === 0) return undefined
      const isDefault = targets === byDefault
      const userinfo = isDefault ? userinfoAudience(draft, request.server) : []
      const change = catalog.tokenFor(targets, draft.scope, userinfo.length > 0)
      // An exchange has settled the audience, which may have names besides.
      return draft.audience.length > 0 ? change : { ...change, audience: [...targets, ...userinfo] }
    },
    tokenResponse({ plan }, { kind, params }) {
      const { authorization, refreshable = false } = plan
      const asked = catalog.namesOf(params.all('resource'))
      if (kind !== 'token' || !refreshable || isStored(authorization) || asked.length === 0) return undefined
      return { update: { data: grantedSlot.write(asked) } } // a grant without a front channel: refreshes stay within it
    },
  }
  return {
    kind: 'feature',
    name: 'resource_indicators',
    settings: { resources: Object.keys(resources) },
    includes: [extension],
  }
}

const CONSENT_TYPE = 'resource'

const askedSlot: Slot<readonly string[]> = slot<readonly string[]>('requestedResources')
const grantedSlot: Slot<readonly string[]> = slot<readonly string[]>('resources')

/** What is known about the resources. */
function createCatalog(resources: Readonly<Record<string, Resource>>) {
  const names = new Map<string, string>()
  for (const [name, { lifetime }] of Object.entries(resources)) {
    if (!isResourceUri(name)) throw new TypeError(`resource ${name} is not an absolute URI without fragment`)
    if (names.has(normalized(name))) throw new TypeError(`resource ${name} is listed twice`)
    if (lifetime !== undefined) assertSeconds({ lifetime }, 1)
    names.set(normalized(name), name)
  }
  const rowsOf = (targets: readonly string[]): readonly Resource[] => targets.map((name) => resources[name] ?? {})
  const find = (resource: string): string | undefined => names.get(normalized(resource))

  /** Scope that some of them understand; undefined when one of them takes any. */
  function scopeOf(targets: readonly string[]): readonly string[] | undefined {
    const lists = rowsOf(targets).map(({ scope }) => scope)
    return lists.every((scope) => scope !== undefined) ? lists.flat() : undefined
  }

  return {
    scopeOf,
    has: (name: string): boolean => Object.hasOwn(resources, name),
    /** The listed names of what is known to be valid. */
    namesOf: (sent: readonly string[]): readonly string[] => [...new Set(sent.flatMap((one) => find(one) ?? []))],

    /** The listed names of what was sent, each once. @throws OAuth2Error `invalid_target` */
    read(sent: readonly string[], isAllowed: (resource: string) => boolean): readonly string[] {
      const found = sent.map((resource) => {
        if (!isResourceUri(resource)) throw invalidTarget('resource must be an absolute URI without fragment') // §2
        const name = find(resource)
        if (name === undefined) throw invalidTarget('the resource is not known')
        if (!isAllowed(name)) throw invalidTarget('the client may not have tokens for this resource')
        return name
      })
      return [...new Set(found)]
    },

    /** @throws OAuth2Error `invalid_target` when one token cannot serve them all */
    tokenFor(targets: readonly string[], scope: readonly string[], keepsScope: boolean): TokenChange {
      const rows = rowsOf(targets)
      const lifetimes = rows.flatMap(({ lifetime }) => lifetime ?? [])
      const known = keepsScope ? undefined : scopeOf(targets)
      if (scope.length > 0 && known && !scope.some((word) => known.includes(word))) throw noScopeLeft()
      const format = theSame(rows.map((row) => row.format))
      const algorithm = theSame(rows.map((row) => row.algorithm))
      return {
        ...(known ? { scope: known } : {}), // §2.2: no more than the resource needs to know
        ...(lifetimes.length > 0 ? { lifetime: Math.min(...lifetimes) } : {}),
        ...(format === undefined ? {} : { format }),
        ...(algorithm === undefined ? {} : { algorithm }),
      }
    },
  }
}

/** What a token request may ask for; undefined: every resource, as no person was asked. */
function grantableBy(authorization: Authorization, byDefault: readonly string[]): readonly string[] | undefined {
  const granted = grantedSlot.read(authorization)
  return granted ?? (isStored(authorization) ? byDefault : undefined)
}

/** An authorization that is being made at the token endpoint is not. */
function isStored({ revision }: Authorization): boolean {
  return revision > 0
}

function isConsentTo({ type, value }: { readonly type: string; readonly value: unknown }, resource: string): boolean {
  return type === CONSENT_TYPE && value === resource
}

/** A login that names no resource keeps its way to the userinfo endpoint. */
function userinfoAudience({ scope }: TokenDraft, server: Server): readonly string[] {
  const { userinfo_endpoint: endpoint } = server.metadata()
  return endpoint !== undefined && scope.includes('openid') ? [endpoint] : []
}

/** `https://api.example` and `https://api.example/` are one URL, and URL libraries turn one into the other. RFC 3986 §6.2.3 */
function normalized(resource: string): string {
  return /^https?:\/\/[^/?#]+$/.test(resource) ? `${resource}/` : resource
}

function theSame(values: readonly (string | undefined)[]): string | undefined {
  if (new Set(values).size > 1) throw invalidTarget('these resources take different tokens: ask for one at a time') // §3
  return values[0]
}

function noScopeLeft(): OAuth2Error {
  return invalidTarget('the resource has none of the scope')
}

function invalidTarget(description: string): OAuth2Error {
  return new OAuth2Error('invalid_target', description)
}
