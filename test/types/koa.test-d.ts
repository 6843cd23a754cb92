// What the compiler knows of the adapter for Koa. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, koaAdapter, mount, protect } from '@authlib/koa'
import Koa, { type Context, type Middleware } from 'koa'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from './adapter.ts'

expectTypeOf(mount(mountable)).toEqualTypeOf<Middleware>()
expectTypeOf(protect(protector, 'read')).toExtend<Middleware>() // what routers take
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

const app = new Koa<{ user: string }>()
app.use(mount(mountable))
app.use(protect(protector, 'read')).use((ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<TenantToken>()
  expectTypeOf(ctx.state.user).toEqualTypeOf<string>() // what the application has is still there
  expectTypeOf(currentToken<TenantToken>(ctx)).toEqualTypeOf<TenantToken | undefined>()
})
app.use((ctx) => {
  // @ts-expect-error: nothing before it has protected
  expectTypeOf(ctx.state.token)
  expectTypeOf(currentToken(ctx)).toEqualTypeOf<CurrentToken | undefined>()
})
expectTypeOf(koaAdapter.respond).parameter(0).toEqualTypeOf<Context>()
