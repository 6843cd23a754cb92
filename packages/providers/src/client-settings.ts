/** What a preset and the options of an application make of a client. */

import { isObject } from '@authlib/core/kit'
import {
  clientSecretBasic,
  clientSecretPost,
  none,
  type ClientExtension,
  type OAuth2ClientSettings,
  type ServerMetadata,
  type Token,
} from '@authlib/oauth2/client'
import { dialect } from './dialect.ts'
import type { PresetFacts, ProviderPreset } from './preset.ts'
import { fill, isOpen, variablesFrom, withVariables } from './variables.ts'

/** What every factory takes besides the settings of its client. */
export interface PresetOptions<Preset> {
  /** Asks for a refresh token, in the way of the provider. Default false. */
  readonly offline?: boolean | undefined
  /** Corrects the preset: `{ userinfo: { url: 'v2/user' } }`. Objects are merged, one level deep. */
  readonly preset?: Partial<Preset> | undefined
}

/** What the file of a provider adds to its table. */
export interface PresetCode {
  /** Values of the variables. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined
  readonly extensions?: readonly ClientExtension[] | undefined
}

/** The preset as this client uses it. @throws AuthlibError `invalid_variable` */
export function resolvePreset<Preset extends PresetFacts>(
  preset: Preset,
  { preset: change = {} }: PresetOptions<Preset>,
  { variables = {} }: PresetCode,
): Preset {
  const changed = Object.entries(change).map(([name, value]) => [
    name,
    merge((preset as Record<string, unknown>)[name], value),
  ])
  return withVariables({ ...preset, ...(Object.fromEntries(changed) as Partial<Preset>) }, variables)
}

/** Settings of the client. @throws TypeError when a refresh token is asked for that the provider never gives */
export function clientSettings<Settings extends OAuth2ClientSettings>(
  preset: ProviderPreset,
  { offline = false, ...options }: Settings & { readonly offline?: boolean | undefined },
  { extensions = [] }: PresetCode,
): Settings {
  const { clientSecret, metadata } = options
  for (const name of ['scope', 'resources', 'keep'] as const) {
    const value: unknown = options[name]
    if (value === undefined || Array.isArray(value)) continue
    throw new TypeError(`${name} of ${preset.title} must be an array, and not a ${typeof value}`)
  }
  const asks = typeof preset.offline === 'object' ? preset.offline : {}
  if (offline && preset.offline === 'never') {
    throw new TypeError(`${preset.title} gives no refresh tokens: leave \`offline\` out`)
  }
  const scope = [...(options.scope ?? preset.scope ?? []), ...(offline ? (asks.scope ?? []) : [])]
  const base = preset.api?.base
  return {
    ...options,
    ...(clientSecret !== undefined && options.clientAuth === undefined && authOf(preset, clientSecret)),
    metadata: { ...closed(preset), ...metadata },
    scope: [...new Set(scope)],
    params: { ...(offline && asks.params), ...options.params },
    apiBaseUrl:
      options.apiBaseUrl ??
      (base !== undefined && isOpen(base, preset) ? (token: Token) => fill(base, preset, { ...token.extra }) : base),
    resources: [...(preset.api?.origins ?? []), ...(options.resources ?? [])],
    keep: [...(preset.keep ?? []), ...variablesFrom(preset, 'token'), ...(options.keep ?? [])],
    extensions: [...extensions, dialect(preset), ...(options.extensions ?? [])],
  } as unknown as Settings // sound: the members of Settings, some of them replaced by their like
}

/** The metadata that is known before a login is. */
function closed(preset: ProviderPreset): ServerMetadata {
  const known = Object.entries(preset.metadata ?? {}).filter(
    ([, value]) => typeof value !== 'string' || !isOpen(value, preset),
  )
  return Object.fromEntries(known) // the client validates it
}

function authOf({ protocol, clientAuth }: ProviderPreset, secret: string): Pick<OAuth2ClientSettings, 'clientAuth'> {
  if (clientAuth === 'none') return { clientAuth: none() }
  if (clientAuth === 'client_secret_post') return { clientAuth: clientSecretPost(secret) }
  return protocol === 'openid' ? {} : { clientAuth: clientSecretBasic(secret) }
}

function merge(before: unknown, after: unknown): unknown {
  return isObject(before) && isObject(after) ? { ...before, ...after } : after
}
