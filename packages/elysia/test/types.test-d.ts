// What the compiler knows of the adapter for Elysia. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, elysiaAdapter, mount, protect, type ElysiaContext } from '@authlib/elysia'
import { Elysia, t } from 'elysia'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from '../../../test/types/adapter.ts'

// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

new Elysia()
  .decorate('database', 'notes')
  .use(mount(mountable))
  .post(
    '/notes/:id',
    (context) => {
      expectTypeOf(context.params.id).toEqualTypeOf<string>()
      expectTypeOf(context.body.text).toEqualTypeOf<string>() // the schema of the application is still there
      expectTypeOf(context.database).toEqualTypeOf<string>()
      expectTypeOf(currentToken<TenantToken>(context)).toEqualTypeOf<TenantToken | undefined>()
      expectTypeOf(currentToken(context)).toEqualTypeOf<CurrentToken | undefined>()
    },
    { body: t.Object({ text: t.String() }), beforeHandle: protect(protector, 'write') },
  )
  .onBeforeHandle(protect(protector, 'read'))
  .resolve((context) => ({ token: currentToken<TenantToken>(context) }))
  .get('/mine', ({ token }) => {
    expectTypeOf(token).toEqualTypeOf<TenantToken | undefined>()
    return { tenant: token?.tenant }
  })
expectTypeOf(elysiaAdapter.respond).parameter(0).toEqualTypeOf<ElysiaContext>()
expectTypeOf(elysiaAdapter.respond).returns.toEqualTypeOf<Response>()
