/** Protects controllers and handlers. */

import type { CurrentToken, HttpResponse, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import type { ProtectOptions } from '@authlib/node'
import {
  applyDecorators,
  Catch,
  createParamDecorator,
  HttpException,
  Inject,
  Injectable,
  mixin,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type InjectionToken,
  type Type,
} from '@nestjs/common'
import { ModuleRef } from '@nestjs/core'
import {
  addHeaders,
  messageOf,
  platformRequest,
  respond,
  type PlatformRequest,
  type PlatformResponse,
} from './platform.ts'

/**
 * Lets requests through that carry a valid token which meets the requirement, and answers the others. For a controller or a
 * handler; the protector is an object, or the token of a provider that is one.
 *
 * @example
 * @Get('notes')
 * @Protect(protector, 'notes:read')
 * notes(@Token() token: CurrentToken) {}
 */
export function Protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement> | InjectionToken<Protector<Token, Requirement>>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): MethodDecorator & ClassDecorator {
  return applyDecorators(UseGuards(guardOf(protector, requirement, options)), UseFilters(RefusalFilter))
}

/** The token that {@link Protect} found in the request, as a parameter of a handler: `notes(@Token() token: CurrentToken)`. */
export const Token: () => ParameterDecorator = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  currentToken(context.switchToHttp().getRequest<PlatformRequest>()),
)

/** The token that {@link Protect} found in the request of the platform, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<T extends CurrentToken = CurrentToken>(request: PlatformRequest): T | undefined {
  return findToken<T>(messageOf(request))
}

function guardOf<T extends CurrentToken, Requirement>(
  protector: Protector<T, Requirement> | InjectionToken<Protector<T, Requirement>>,
  requirement: NoInfer<Requirement> | undefined,
  options: ProtectOptions,
): Type<CanActivate> {
  class Guard implements CanActivate {
    readonly #modules: ModuleRef

    constructor(modules: ModuleRef) {
      this.#modules = modules
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp()
      const request = http.getRequest<PlatformRequest>()
      const found = isProtector(protector) ? protector : this.#modules.get(protector, { strict: false })
      const { token, headers, refusal } = await admit(found, platformRequest(request, options), requirement, options)
      if (refusal) throw new Refusal(refusal)
      addHeaders(http.getResponse<PlatformResponse>(), headers)
      setCurrentToken(messageOf(request), token)
      return true
    }
  }
  Injectable()(Guard)
  Inject(ModuleRef)(Guard, undefined, 0)
  return mixin(Guard)
}

function isProtector<T extends CurrentToken, Requirement>(
  value: Protector<T, Requirement> | InjectionToken<Protector<T, Requirement>>,
): value is Protector<T, Requirement> {
  return typeof value === 'object' && 'protect' in value
}

/** How a guard answers by itself. An `HttpException`, so that interceptors and loggers of the application know it. */
class Refusal extends HttpException {
  readonly refusal: HttpResponse

  constructor(refusal: HttpResponse) {
    super(refusal.body, refusal.status)
    this.refusal = refusal
  }
}

class RefusalFilter implements ExceptionFilter<Refusal> {
  catch({ refusal }: Refusal, host: ArgumentsHost): void {
    respond(host.switchToHttp().getResponse<PlatformResponse>(), refusal)
  }
}

Catch(Refusal)(RefusalFilter)
