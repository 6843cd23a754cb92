// What the compiler knows of the adapter for Hono. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, honoAdapter, mount, protect } from '@authlib/hono'
import { Hono, type Context } from 'hono'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from './adapter.ts'

const app = new Hono<{ Bindings: { DB: string }; Variables: { user: string } }>()
app.use(mount(mountable))
app.use('/api/*', protect(protector, 'read'))
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

app.get('/notes/:id', protect(protector, 'write'), (c) => {
  expectTypeOf(c.var.token).toEqualTypeOf<TenantToken>()
  expectTypeOf(c.get('token').tenant).toEqualTypeOf<number>()
  expectTypeOf(c.var.user).toEqualTypeOf<string>() // what the application has is still there
  expectTypeOf(c.env.DB).toEqualTypeOf<string>()
  expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
  expectTypeOf(currentToken<TenantToken>(c)).toEqualTypeOf<TenantToken | undefined>()
  return c.json({ owner: c.var.token.subject })
})
app.get('/open', (c) => {
  // @ts-expect-error: this route is not protected
  expectTypeOf(c.var.token)
  expectTypeOf(currentToken(c)).toEqualTypeOf<CurrentToken | undefined>()
  return c.body(null)
})
expectTypeOf(honoAdapter.respond).parameter(0).toEqualTypeOf<Context>()
expectTypeOf(honoAdapter.respond).returns.toEqualTypeOf<Response>()
