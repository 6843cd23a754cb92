// What the compiler knows of the adapter for Nest. Checked by `pnpm typecheck`.
import type { CurrentToken, Mountable } from '@authlib/core'
import { AuthlibModule, currentToken, nestAdapter, Protect, Token, type PlatformResponse } from '@authlib/nestjs'
import type { DynamicModule } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { expectTypeOf } from 'vitest'
import { mountable, protector, type TenantToken } from '../../../test/types/adapter.ts'

expectTypeOf(AuthlibModule.mount(mountable)).toEqualTypeOf<DynamicModule>()
AuthlibModule.mountAsync({ inject: ['server'], useFactory: (server: Mountable) => ({ mountables: server }) })
// @ts-expect-error: a factory says what is mounted
AuthlibModule.mountAsync({ useFactory: () => ({}) })

expectTypeOf(Protect(protector, 'read')).toEqualTypeOf<MethodDecorator & ClassDecorator>()
Protect('the name of a provider')
// @ts-expect-error: no requirement of this protector
Protect(protector, 'delete')
expectTypeOf(Token()).toEqualTypeOf<ParameterDecorator>()

declare const [express, fastify]: [Request, FastifyRequest]
expectTypeOf(currentToken<TenantToken>(express)).toEqualTypeOf<TenantToken | undefined>()
expectTypeOf(currentToken(fastify)).toEqualTypeOf<CurrentToken | undefined>()

// The context of a login is the response of either platform.
expectTypeOf<Response>().toExtend<PlatformResponse>()
expectTypeOf<FastifyReply>().toExtend<PlatformResponse>()
expectTypeOf(nestAdapter.respond).parameter(0).toEqualTypeOf<PlatformResponse>()
