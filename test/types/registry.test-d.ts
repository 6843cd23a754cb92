// What the compiler knows of registered clients, and what it refuses. Checked by `pnpm typecheck`.
import { memoryTokens, OAuth, type Adapter, type JsonObject } from '@authlib/core'
import { expressAdapter } from '@authlib/express'
import { honoAdapter } from '@authlib/hono'
import { oauth2, type OAuth2Client, type Session, type Token, apiSession, clientPerLogin } from '@authlib/oauth2/client'
import { oidc, type OpenIDClient } from '@authlib/oidc/client'
import type { Response as ExpressResponse } from 'express'
import type { Context } from 'hono'
import { expectTypeOf } from 'vitest'

declare const res: ExpressResponse
declare const c: Context

const redirectUri = 'https://app.example/callback'
const github = oauth2({ clientId: 'client', metadata: {} })
const google = oidc({ clientId: 'client', issuer: 'https://op.example' })
const oauth = new OAuth({ adapter: expressAdapter, secrets: ['…'], tokens: memoryTokens() })
  .register('github', github)
  .register('google', google)

// Each registered client is a member of its own type.
expectTypeOf(oauth.github).toExtend<OAuth2Client>()
expectTypeOf(oauth.google).toExtend<OpenIDClient>()
expectTypeOf(apiSession(oauth.github, 'alice')).toEqualTypeOf<Session>()
expectTypeOf(oauth).not.toHaveProperty('gitlab')

// A login takes the options of its protocol, and `data` that fits into JSON.
expectTypeOf(oauth.github.authorizeRedirect(res, { redirectUri })).toEqualTypeOf<Promise<void>>()
void oauth.google.authorizeRedirect(res, { redirectUri, prompt: ['login'], maxAge: 0, data: { returnTo: '/' } })
// @ts-expect-error: the redirect URI is never guessed
void oauth.github.authorizeRedirect(res, {})
// @ts-expect-error: OAuth 2 has no prompt
void oauth.github.authorizeRedirect(res, { redirectUri, prompt: ['login'] })
// @ts-expect-error: there is no such prompt
void oauth.google.authorizeRedirect(res, { redirectUri, prompt: ['Login'] })
// @ts-expect-error: a scope is a list
void oauth.google.authorizeRedirect(res, { redirectUri, scope: 'profile email' })
// @ts-expect-error: a function is no JSON
void oauth.github.authorizeRedirect(res, { redirectUri, data: { then: () => undefined } })

// Its end gives what the protocol learns, and the data.
const ended = oauth.github.authorizeAccessToken(res)
expectTypeOf(ended).resolves.toHaveProperty('token').toEqualTypeOf<Token>()
expectTypeOf(ended).resolves.toHaveProperty('data').toEqualTypeOf<JsonObject>()
expectTypeOf(ended).resolves.not.toHaveProperty('claims')
const learned = oauth.google.authorizeAccessToken(res)
expectTypeOf(learned).resolves.toHaveProperty('claims').toHaveProperty('sub').toEqualTypeOf<string>()
expectTypeOf(learned).resolves.toHaveProperty('profile').toHaveProperty('email').toEqualTypeOf<string | undefined>()

// The context and the answer are those of the framework.
const inHono = new OAuth({ adapter: honoAdapter, secrets: ['…'] }).register('google', google)
expectTypeOf(inHono.google.authorizeRedirect(c, { redirectUri })).resolves.toEqualTypeOf<Response>()
// @ts-expect-error: the context of another framework
void inHono.google.authorizeRedirect(res, { redirectUri })
expectTypeOf(honoAdapter).not.toExtend<Adapter<ExpressResponse>>()

// One client for the providers of all customers: each login names its own, and has the options of its protocol.
const perCustomer = new OAuth({ adapter: expressAdapter, secrets: ['…'] }).register(
  'sso',
  clientPerLogin('tenant', async (tenant) => (tenant === 'ann' ? google : null)),
)
void perCustomer.sso.authorizeRedirect(res, { redirectUri, tenant: 'ann', prompt: ['login'] })
expectTypeOf(perCustomer.sso.authorizeAccessToken(res)).resolves.toHaveProperty('tenant').toEqualTypeOf<string>()
expectTypeOf(perCustomer.sso.authorizeAccessToken(res)).resolves.toHaveProperty('claims')
expectTypeOf(perCustomer.sso.of('ann')).resolves.toExtend<OpenIDClient>()
// @ts-expect-error: each login names its tenant
void perCustomer.sso.authorizeRedirect(res, { redirectUri })
// @ts-expect-error: the option has another name
void perCustomer.sso.authorizeRedirect(res, { redirectUri, customer: 'ann' })

// An OpenID provider has an issuer, and secrets are a list, so that they can rotate.
// @ts-expect-error: without an issuer no one can say whose ID Token it is
oidc({ clientId: 'client' })
// @ts-expect-error: one secret alone
new OAuth({ adapter: expressAdapter, secrets: 'secret' })
// @ts-expect-error: a client, where a provider belongs
oauth.register('other', {} as OAuth2Client)
