// What the compiler knows of presets, and what it refuses. Checked by `pnpm typecheck`.
import { OAuth } from '@authlib/core'
import { expressAdapter } from '@authlib/express'
import type { OAuth2Client, Token } from '@authlib/oauth2/client'
import type { OpenIDClient } from '@authlib/oidc/client'
import {
  apple,
  etsy,
  github,
  google,
  keycloak,
  microsoft,
  oauth2Provider,
  shopify,
  type OAuth2Preset,
  type OpenIDPreset,
  type ProviderPreset,
} from '@authlib/providers'
import type { Response } from 'express'
import { expectTypeOf } from 'vitest'

declare const res: Response
declare const preset: OAuth2Preset

const redirectUri = 'https://app.example/callback'
const credentials = { clientId: 'client', clientSecret: 'secret' }
const oauth = new OAuth({ adapter: expressAdapter, secrets: ['…'] })
  .register('github', github(credentials))
  .register('google', google({ ...credentials, offline: true }))
  .register('shopify', shopify(credentials))
  .register('own', oauth2Provider(preset, credentials))

// Each is a client of its protocol.
expectTypeOf(oauth.github).toExtend<OAuth2Client<object>>()
expectTypeOf(oauth.google).toExtend<OpenIDClient<object>>()

// A login gives the person in one form, and as the provider says it.
const ended = oauth.github.authorizeAccessToken(res)
expectTypeOf(ended).resolves.toHaveProperty('token').toEqualTypeOf<Token>()
expectTypeOf(ended).resolves.toHaveProperty('profile').toHaveProperty('sub').toEqualTypeOf<string>()
expectTypeOf(ended)
  .resolves.toHaveProperty('profile')
  .toHaveProperty('email_verified')
  .toEqualTypeOf<boolean | undefined>()
expectTypeOf(ended).resolves.toHaveProperty('raw').toEqualTypeOf<Readonly<Record<string, unknown>>>()
expectTypeOf(ended).resolves.not.toHaveProperty('claims')
expectTypeOf(oauth.own.authorizeAccessToken(res)).resolves.toHaveProperty('profile')
const learned = oauth.google.authorizeAccessToken(res)
expectTypeOf(learned).resolves.toHaveProperty('claims').toHaveProperty('iss').toEqualTypeOf<string>()
expectTypeOf(learned).resolves.toHaveProperty('raw')

// Options of a login are those of the protocol, and of the provider.
void oauth.google.authorizeRedirect(res, { redirectUri, prompt: ['select_account'], loginHint: 'jane@example.com' })
void oauth.shopify.authorizeRedirect(res, { redirectUri, shop: 'example' })
// @ts-expect-error: each login at Shopify names its shop
void oauth.shopify.authorizeRedirect(res, { redirectUri })
// @ts-expect-error: GitHub has no shops
void oauth.github.authorizeRedirect(res, { redirectUri, shop: 'example' })
// @ts-expect-error: OAuth 2 has no prompt
void oauth.github.authorizeRedirect(res, { redirectUri, prompt: ['login'] })

// Variables have names, and those without a default are required.
keycloak({ ...credentials, url: 'https://id.example', realm: 'main' })
microsoft({ ...credentials, tenant: 'organizations' })
// @ts-expect-error: the realm is missing
keycloak({ ...credentials, url: 'https://id.example' })
// @ts-expect-error: there is no such variable
github({ ...credentials, url: 'https://github.example' })
// @ts-expect-error: the client id is missing
github({ clientSecret: 'secret' })
// @ts-expect-error: calls of Etsy carry an API key
etsy({ clientId: 'keystring' })
// @ts-expect-error: the secret of Apple is signed with the key
apple({ clientId: 'client', clientSecret: 'secret', teamId: 'TEAM123456', keyId: 'KEY1234567', privateKey: '…' })
// @ts-expect-error: the secret of Shopify verifies its callbacks
shopify({ clientId: 'client' })

// A preset is corrected by what it knows.
github({ ...credentials, metadata: { token_endpoint: 'https://github.com/new' }, preset: { pkce: 'none' } })
// @ts-expect-error: there is no such form of PKCE
github({ ...credentials, preset: { pkce: 'S512' } })
// @ts-expect-error: a preset of OAuth 2 has no ID Token
github({ ...credentials, preset: { idTokenAlg: 'RS256' } })
// @ts-expect-error: an issuer is a matter of the preset
github({ ...credentials, issuer: 'https://github.com' })

expectTypeOf<OAuth2Preset | OpenIDPreset>().toEqualTypeOf<ProviderPreset>()
// @ts-expect-error: a preset of OpenID Connect is no preset of OAuth 2
oauth2Provider({} as OpenIDPreset, credentials)
