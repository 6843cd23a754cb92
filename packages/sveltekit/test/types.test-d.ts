// What the compiler knows of the adapter for SvelteKit. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, mount, protect, svelteKitAdapter } from '@authlib/sveltekit'
import type { RequestEvent, RequestHandler } from '@sveltejs/kit'
import { sequence, type Handle } from '@sveltejs/kit/hooks'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from '../../../test/types/adapter.ts'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which SvelteKit lets its types be extended
  namespace App {
    interface Locals {
      token?: CurrentToken
    }
  }
}

const handle: Handle = mount(mountable)
sequence(mount(mountable), handle)

const GET: RequestHandler = protect(
  protector,
  'read',
)((event: RequestEvent) => {
  expectTypeOf(event.locals.token).toEqualTypeOf<CurrentToken | undefined>()
  expectTypeOf(currentToken<TenantToken>(event)).toEqualTypeOf<TenantToken | undefined>()
  return Response.json({ owner: currentToken(event)?.subject })
})
expectTypeOf(GET).returns.toExtend<Response | Promise<Response>>()
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

// The context of a login is the event, whatever the parameters of its route.
declare const event: RequestEvent<{ id: string }, '/notes/[id]'>
expectTypeOf(svelteKitAdapter.respond(event, { status: 200, headers: [], body: '' })).toEqualTypeOf<Response>()
