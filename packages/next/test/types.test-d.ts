// What the compiler knows of the adapter for Next.js. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, mount, nextAdapter, protect, routes } from '@authlib/next'
import * as pages from '@authlib/next/pages'
import type { GetServerSideProps, NextApiHandler } from 'next'
import type { NextProxy, NextRequest } from 'next/server.js'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from '../../../test/types/adapter.ts'

type RouteHandler = (request: Request) => Response | void | Promise<Response | void> // of `.next/types/validator.ts`
expectTypeOf(routes(mountable).GET).toExtend<RouteHandler>()
expectTypeOf(mount(mountable)).toExtend<NextProxy>()

// A route handler keeps its request and the parameters of its route.
type Context = { params: Promise<{ id: string }> }
const GET = protect(
  protector,
  'read',
)(async (request: NextRequest, { params }: Context) => {
  expectTypeOf(currentToken<TenantToken>(request)).toEqualTypeOf<TenantToken | undefined>()
  return Response.json({ id: (await params).id, owner: currentToken(request)?.subject })
})
expectTypeOf(GET).toEqualTypeOf<(request: NextRequest, context: Context) => Promise<Response>>()
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')
expectTypeOf(nextAdapter.respond).parameter(0).toEqualTypeOf<Request | null>() // null in a server action

// API routes, and the response in `getServerSideProps`.
expectTypeOf(pages.mount(mountable)).toEqualTypeOf<NextApiHandler>()
const handler = pages.protect(
  protector,
  'write',
)<{ owner: string | undefined }>((request, response) => {
  expectTypeOf(pages.currentToken<TenantToken>(request)).toEqualTypeOf<TenantToken | undefined>()
  response.json({ owner: pages.currentToken(request)?.subject })
  // @ts-expect-error: the answer of another route
  response.json({ notes: [] })
})
expectTypeOf(handler).toEqualTypeOf<NextApiHandler<{ owner: string | undefined }>>()
// @ts-expect-error: no requirement of this protector
pages.protect(protector, 'delete')
export const getServerSideProps: GetServerSideProps = async ({ req, res }) => {
  expectTypeOf(pages.nextAdapter.request(res)).toHaveProperty('method')
  expectTypeOf(pages.currentToken(req)).toEqualTypeOf<CurrentToken | undefined>()
  return { props: {} }
}
