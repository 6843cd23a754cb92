// What the compiler refuses to register with a server, and what features add to its types. Checked by `pnpm typecheck`.
import {
  clientMember,
  codeChallenge,
  clientCredentialsGrant,
  memberTypes,
  moment,
  on,
  revocationEndpoint,
  type AuthEvent,
  type AuthorizationServer,
  type Client,
  type Extension,
  type Server,
} from '@authlib/oauth2/server'
import { expectTypeOf } from 'vitest'

declare const server: AuthorizationServer
declare const internal: Server
declare const client: Client

// What a factory returns can be registered, several things at once.
server.register(clientCredentialsGrant(), revocationEndpoint(), codeChallenge())

// An extension passed without a kind would be ignored: a rule that no one enforces.
const rule = { name: 'rule', validateTokenRequest: () => undefined }
// @ts-expect-error: it has no kind
server.register(rule)
// @ts-expect-error: it has no kind
server.registerGrant(clientCredentialsGrant(), [rule])
// @ts-expect-error: the factory, not what it returns
server.register(codeChallenge)
// @ts-expect-error: a list is not several things
server.register([codeChallenge()])
// @ts-expect-error: a name is no registration
server.register('client_credentials')
// @ts-expect-error: there is no such kind
server.register({ kind: 'plugin', name: 'x' })
// @ts-expect-error: an endpoint is no grant
server.registerGrant(revocationEndpoint())
// @ts-expect-error: there is no such moment
export const misspelt: Extension = { kind: 'extension', name: 'x', validateTokenRequests: () => undefined }

// Features are given the server without the means to register.
expectTypeOf<Server>().not.toHaveProperty('register')

// A member of client metadata is declared once, with its type.
expectTypeOf(clientMember('department', memberTypes.string).read(client)).toEqualTypeOf<string | undefined>()
expectTypeOf(clientMember('require_dpop', memberTypes.boolean).read(client)).toEqualTypeOf<boolean | undefined>()

// A moment of a feature has the types of what goes in and what comes back.
const greeting = moment<{ readonly name: string }, { readonly text: string }>('greeting')
export const polite: Extension = {
  kind: 'extension',
  name: 'polite',
  handlers: [on(greeting, ({ name }) => ({ text: `Good day, ${name}` }))],
}
// @ts-expect-error: the moment wants a text
on(greeting, () => ({ text: 7 }))
for (const greet of internal.handlers(greeting))
  expectTypeOf(greet).parameter(0).toEqualTypeOf<{ readonly name: string }>()

// An authorization ends by `revoke`, with what extensions write at an ending.
// @ts-expect-error: amending does not end it
void internal.authorizations.amend('id', () => ({ status: 'revoked' }))

// Events are open to features of your own.
declare module '@authlib/oauth2/server' {
  interface AuthEvents {
    'login.failed': { readonly username: string }
  }
}
internal.emit({ type: 'login.failed', at: 0, username: 'alice' })
// @ts-expect-error: the event has a username
internal.emit({ type: 'login.failed', at: 0 })
expectTypeOf<Extract<AuthEvent, { type: 'login.failed' }>['username']>().toEqualTypeOf<string>()
