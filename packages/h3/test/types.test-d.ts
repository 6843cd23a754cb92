// What the compiler knows of the adapters for h3. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import * as h3 from '@authlib/h3'
import * as v1 from '@authlib/h3/v1'
import { H3, type H3Event, type Middleware } from 'h3'
import { defineEventHandler, type H3Event as H3v1Event } from 'h3v1'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from '../../../test/types/adapter.ts'

const app = new H3()
expectTypeOf(h3.mount(mountable)).toEqualTypeOf<Middleware>()
app.use(h3.mount(mountable))
app.get(
  '/notes',
  (event) => {
    expectTypeOf(h3.currentToken<TenantToken>(event)).toEqualTypeOf<TenantToken | undefined>()
    return { owner: h3.currentToken(event)?.subject }
  },
  { middleware: [h3.protect(protector, 'read')] },
)
// @ts-expect-error: no requirement of this protector
h3.protect(protector, 'delete')
expectTypeOf(h3.h3Adapter.respond).parameter(0).toEqualTypeOf<H3Event>()

// A handler of h3 1 keeps the type of its event and of its result.
defineEventHandler(v1.mount(mountable))
const handler = v1.protect(
  protector,
  'write',
)((event: H3v1Event) => {
  expectTypeOf(v1.currentToken<TenantToken>(event)).toEqualTypeOf<TenantToken | undefined>()
  expectTypeOf(v1.currentToken(event)).toEqualTypeOf<CurrentToken | undefined>()
  return { path: event.path }
})
expectTypeOf(handler).toEqualTypeOf<(event: H3v1Event) => Promise<{ path: string } | undefined>>()
defineEventHandler(handler)
defineEventHandler(v1.protect(protector, 'write')((event) => ({ owner: v1.currentToken(event)?.subject })))
// @ts-expect-error: no requirement of this protector
v1.protect(protector, 'delete')
// @ts-expect-error: an event of the other major has no message of Node.js that is always there
v1.currentToken({} as H3Event)
