// What the compiler knows of protected resources, and what it refuses. Checked by `pnpm typecheck`.
import { currentToken, protect } from '@authlib/express'
import { introspection, ResourceProtector, type ResourceToken, type TokenValidator } from '@authlib/oauth2/resource'
import type { Request as ExpressRequest } from 'express'
import { expectTypeOf } from 'vitest'

declare const request: ExpressRequest

const resource = 'https://api.example'
const validators = [introspection({ issuer: 'https://as.example', clientId: 'api', clientSecret: '…' })]
const protector = new ResourceProtector({ resource, validators })

// What is protected by is what comes out, with the token of the application if it has one.
expectTypeOf(protector.protect(new Request(resource), ['notes:read', 'admin'])).resolves.toEqualTypeOf<ResourceToken>()
expectTypeOf(protector.findToken(new Request(resource))).resolves.toEqualTypeOf<ResourceToken | null>()
declare const own: TokenValidator<ResourceToken & { readonly tenant: number }>
const withTenant = new ResourceProtector({ resource, validators: [own] })
expectTypeOf(withTenant.protect(new Request(resource)))
  .resolves.toHaveProperty('tenant')
  .toEqualTypeOf<number>()
expectTypeOf(currentToken<ResourceToken>(request)).toEqualTypeOf<ResourceToken | undefined>()

// @ts-expect-error: no one could tell whether a token is meant for it
new ResourceProtector({ validators })
// @ts-expect-error: no one could tell whether a token is valid
new ResourceProtector({ resource })
// @ts-expect-error: who asks has to say so
introspection({ issuer: 'https://as.example' })
protect(protector, 'notes:read notes:write')
protect(protector, { scope: ['notes:read', 'admin'] })
// @ts-expect-error: a scope is text
protect(protector, 7)
// @ts-expect-error: an operation has a scope, not scopes
protect(protector, { scopes: 'notes:read' })
// @ts-expect-error: a validator is no protector
protect(validators[0], 'notes:read')
expectTypeOf<ResourceToken['scope']>().toEqualTypeOf<readonly string[]>()
