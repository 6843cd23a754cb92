/** Authlib in a Nest application, over Express or Fastify. */

import type { Awaitable, Mountable } from '@authlib/core'
import { mount, type MountOptions } from '@authlib/node'
import {
  Inject,
  Module,
  type DynamicModule,
  type InjectionToken,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common'
import type { ServerResponse } from 'node:http'
import { messageOf, type PlatformRequest } from './platform.ts'

const OPTIONS = Symbol('authlib')

export interface AuthlibModuleOptions extends MountOptions {
  /** An authorization server, metadata documents, logout receivers. */
  readonly mountables: Mountable | readonly Mountable[]
}

/** How `AuthlibModule.mountAsync` gets its options. */
export interface AuthlibModuleFactory {
  /** Called once, with what `inject` names. */
  readonly useFactory: (...dependencies: never[]) => Awaitable<AuthlibModuleOptions>
  readonly inject?: readonly InjectionToken[] | undefined
  readonly imports?: DynamicModule['imports']
}

/**
 * Answers the paths of one or more mountables, compared exactly and in full, outside of any global prefix of controllers:
 * `imports: [AuthlibModule.mount(server)]`. Other requests go on untouched.
 *
 * @example
 * @Module({ imports: [AuthlibModule.mount(server)] })
 * export class AppModule {}
 */
export class AuthlibModule implements NestModule {
  readonly #options: AuthlibModuleOptions

  constructor(options: AuthlibModuleOptions) {
    this.#options = options
  }

  /** For mountables that exist already. */
  static mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): DynamicModule {
    return AuthlibModule.mountAsync({ useFactory: () => ({ ...options, mountables }) })
  }

  /** For mountables that are made of other providers. */
  static mountAsync({ useFactory, inject = [], imports = [] }: AuthlibModuleFactory): DynamicModule {
    const provider = { provide: OPTIONS, inject: [...inject], useFactory: useFactory as () => AuthlibModuleOptions }
    return { module: AuthlibModule, imports, providers: [provider] }
  }

  /** Called by Nest. */
  configure(consumer: MiddlewareConsumer): void {
    const { mountables, ...options } = this.#options
    const middleware = mount(mountables, options)
    consumer
      .apply((request: PlatformRequest, response: ServerResponse | { raw: ServerResponse }, next: () => void) => {
        middleware(messageOf(request), 'raw' in response ? response.raw : response, next)
      })
      .forRoutes('{*path}')
  }
}

// Decorators as calls, so that the sources run where types are only stripped.
Inject(OPTIONS)(AuthlibModule, undefined, 0)
Module({})(AuthlibModule)
