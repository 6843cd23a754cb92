// What the compiler knows of the adapters for node:http and Web requests. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import * as web from '@authlib/fetch'
import * as node from '@authlib/node'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from './adapter.ts'

createServer(node.mount(mountable))
expectTypeOf(node.protect(protector, 'read')).toEqualTypeOf<
  (incoming: IncomingMessage, outgoing: ServerResponse, next: () => void) => void
>()
expectTypeOf(node.currentToken<TenantToken>).returns.toEqualTypeOf<TenantToken | undefined>()
expectTypeOf(node.nodeAdapter.respond).parameter(0).toEqualTypeOf<ServerResponse>()
// @ts-expect-error: no requirement of this protector
node.protect(protector, 'delete')

// Handlers keep what the framework passes behind the request, and the kind of request.
interface Incoming extends Request {
  readonly cf: { readonly country: string }
}
const read = web.protect(protector, 'read')
expectTypeOf(read((_request: Incoming, id: number) => Response.json(id))).toEqualTypeOf<
  (request: Incoming, id: number) => Promise<Response>
>()
expectTypeOf(web.currentToken<TenantToken>).returns.toEqualTypeOf<TenantToken | undefined>()
expectTypeOf(web.currentToken(new Request('https://app.example'))).toEqualTypeOf<CurrentToken | undefined>()
expectTypeOf(web.mount(mountable)).returns.toEqualTypeOf<Promise<Response> | null>()
expectTypeOf(web.admitRequest(protector, new Request('https://app.example'), 'read'))
  .resolves.toHaveProperty('token')
  .toEqualTypeOf<TenantToken | undefined>()
// @ts-expect-error: no requirement of this protector
web.protect(protector, 'delete')
// @ts-expect-error: a handler answers with a response
read(() => 'notes')
