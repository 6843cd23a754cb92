// What the compiler knows of the adapter for Fastify. Checked by `pnpm typecheck`.
import type { CurrentToken } from '@authlib/core'
import { currentToken, fastifyAdapter, mount, protect } from '@authlib/fastify'
import fastify, { type FastifyPluginCallback, type FastifyReply } from 'fastify'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from './adapter.ts'

declare module 'fastify' {
  interface FastifyRequest {
    readonly token: CurrentToken | undefined
  }
}

const app = fastify()
expectTypeOf(mount(mountable)).toEqualTypeOf<FastifyPluginCallback>()
app.register(mount([mountable]))
// @ts-expect-error: no requirement of this protector
protect(protector, 'delete')

app.decorateRequest('token', {
  getter() {
    return currentToken(this)
  },
})
app.get<{ Params: { id: string } }>('/notes/:id', { preHandler: protect(protector, 'read') }, (request, reply) => {
  expectTypeOf(request.params.id).toEqualTypeOf<string>()
  expectTypeOf(request.token).toEqualTypeOf<CurrentToken | undefined>()
  expectTypeOf(currentToken<TenantToken>(request)).toEqualTypeOf<TenantToken | undefined>()
  return reply.send({ owner: request.token?.subject })
})
app.addHook('preHandler', protect(protector, 'write')) // for all routes
expectTypeOf(fastifyAdapter.respond).parameter(0).toEqualTypeOf<FastifyReply>()
