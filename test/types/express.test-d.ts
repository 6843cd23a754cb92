// What the compiler knows of the adapter for Express. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, expressAdapter, mount, protect } from '@authlib/express'
import type {} from '@authlib/express/augment'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from './adapter.ts'

const app = express()
expectTypeOf(mount(mountable)).toEqualTypeOf<RequestHandler>()
expectTypeOf(protect(protector, 'read')).toExtend<RequestHandler>()
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

app.use('/auth', mount([mountable]))
app.get('/notes/:id', protect(protector, 'write'), (request, response) => {
  expectTypeOf(request.params.id).toEqualTypeOf<string>()
  expectTypeOf(currentToken<TenantToken>(request)).toEqualTypeOf<TenantToken | undefined>()
  expectTypeOf(currentToken(request)).toEqualTypeOf<CurrentToken | undefined>()
  expectTypeOf(request.token).toEqualTypeOf<CurrentToken | undefined>() // by `@authlib/express/augment`, which this file imports
  // @ts-expect-error: the token is given by `protect`
  request.token = undefined
  // @ts-expect-error: the context of a login is the response
  void expressAdapter.request(request)
  void expressAdapter.request(response)
})
expectTypeOf(currentToken).parameter(0).toEqualTypeOf<Request>()
expectTypeOf(expressAdapter.respond).parameter(0).toEqualTypeOf<Response>()
