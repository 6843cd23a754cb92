/**
 * The guard of a resource: takes the token of a request, has it validated, and answers those it turns away.
 *
 * @spec RFC 6750 §3
 * @spec RFC 9728 §5.1
 */

import {
  AuthlibError,
  jsonResponse,
  noStore,
  systemClock,
  type Clock,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
  type Protector,
} from '@authlib/core'
import {
  assertOptions,
  challenge,
  errorResponse,
  isSecureTransport,
  logError,
  refuseUnknownOptions,
} from '@authlib/core/kit'
import {
  insufficientScope,
  malformedToken,
  missingToken,
  ResourceError,
  type ChallengeParams,
} from './bearer-errors.ts'
import { bearer } from './bearer.ts'
import { unknownToken } from './unknown-token.ts'
import type { ResourceToken } from './resource-token.ts'
import { meetsRequirement, parseRequirement, type Requirement, type ScopeSatisfies } from './scope-requirement.ts'
import { authenticationDemand, checkAuthentication } from './step-up.ts'
import { bindingCheck, type BindingCheck } from './token-binding.ts'
import type { TokenConfirmation, TokenScheme } from './token-scheme.ts'
import type { TokenValidator, ValidatorEnvironment } from './token-validator.ts'

export interface ResourceProtectorOptions<Token extends ResourceToken = ResourceToken> {
  /** The identifier of this resource, such as `https://api.example`: the audience that tokens must name. */
  resource: string
  /** Who can tell whether a token is valid, asked in this order until one knows the token. */
  validators: readonly TokenValidator<Token>[]
  /** How tokens may be presented. Default: `[bearer()]`. */
  schemes?: readonly TokenScheme[] | undefined
  /** What confirms members of `cnf` for every scheme, such as `mutualTls()`. Default: none. */
  confirmations?: readonly TokenConfirmation[] | undefined
  /** URL of the metadata document of this resource, told in every challenge. RFC 9728 §5.1. */
  resourceMetadata?: string | undefined
  /** What challenges name as `realm`. Default: `resource`. RFC 6750 §3 wants at least one parameter in every challenge. */
  realm?: string | undefined
  /** Whether a granted scope value covers a required one, for scopes that form a hierarchy. Default: equality. */
  scopeSatisfies?: ScopeSatisfies | undefined
  /** Hears of every error that is answered, with its `reason`. Default: logs those answered 5xx. */
  onError?: ((error: unknown) => void) | undefined
  clock?: Clock | undefined
}

/**
 * Lets requests through that carry a valid access token with the required scope.
 *
 * @example
 * const protector = new ResourceProtector({
 *   resource: 'https://api.example',
 *   validators: [jwtAccessToken({ issuer: 'https://as.example' })],
 * })
 * app.get('/notes', protect(protector, 'notes:read'), handler)
 */
export class ResourceProtector<Token extends ResourceToken = ResourceToken> implements Protector<Token, Requirement> {
  readonly resource: string
  readonly #validators: readonly TokenValidator<Token>[]
  readonly #schemes: readonly TokenScheme[]
  readonly #checkBinding: BindingCheck
  readonly #accepted = new WeakMap<HttpRequest, readonly HttpHeader[]>()
  readonly #params: ChallengeParams
  readonly #scopeSatisfies: ScopeSatisfies
  readonly #onError: (error: unknown) => void
  readonly #environment: ValidatorEnvironment

  constructor({
    resource,
    validators,
    schemes = [bearer()],
    confirmations = [],
    resourceMetadata,
    realm = resource,
    scopeSatisfies = (granted, required) => granted === required,
    onError = logFailure,
    clock = systemClock,
    ...others
  }: ResourceProtectorOptions<Token>) {
    refuseUnknownOptions('ResourceProtector', others)
    const given = { resource, validators, schemes }
    assertOptions('ResourceProtector', given, { resource: 'string', validators: 'list', schemes: 'list' })
    if (resourceMetadata !== undefined && !isSecureTransport(resourceMetadata)) {
      throw new TypeError('resourceMetadata must be an https URL, or http on a loopback host')
    }
    const params = { realm, resource_metadata: resourceMetadata }
    challenge('Bearer', params) // throws now what it would throw at every refusal
    this.resource = resource
    this.#validators = [...validators]
    this.#schemes = [...schemes]
    this.#checkBinding = bindingCheck(confirmations)
    this.#params = params
    this.#scopeSatisfies = scopeSatisfies
    this.#onError = onError
    this.#environment = { resource, clock }
  }

  /**
   * The token of a request that meets the requirement.
   *
   * @throws ResourceError `missing_token`, `invalid_request`, `invalid_token`, `insufficient_scope` or
   *   `insufficient_user_authentication`; with `dpop()` also `invalid_dpop_proof` and `use_dpop_nonce`
   * @throws AuthlibError `temporarily_unavailable` when the token cannot be validated now
   */
  async protect(request: HttpRequest, requirement?: Requirement): Promise<Token> {
    const token = await this.findToken(request, requirement)
    if (token !== null) return token
    throw withScope(missingToken(), parseRequirement(requirement)[0])
  }

  /** As {@link protect}, but null when the request carries no token: for what anonymous callers may see too. */
  async findToken(request: HttpRequest, requirement?: Requirement): Promise<Token | null> {
    const alternatives = parseRequirement(requirement)
    const presented = await this.#read(request)
    if (presented === null) return null
    const demand = authenticationDemand(requirement)
    const { scheme, text } = presented
    try {
      const token = await this.#validate(text)
      const headers = await this.#checkBinding(token, scheme, request, { ...this.#environment, text })
      if (headers.length > 0) this.#accepted.set(request, headers)
      if (demand) checkAuthentication(token, demand, this.#environment.clock())
      if (meetsRequirement(token.scope, alternatives, this.#scopeSatisfies)) return token
      throw insufficientScope(alternatives[0] ?? [])
    } catch (error) {
      throw withScope(error, alternatives[0], scheme.scheme)
    }
  }

  /** Headers for the answer to a request that was let through, such as the next DPoP nonce. RFC 9449 §8.2. */
  acceptedHeaders(request: HttpRequest): readonly HttpHeader[] {
    return this.#accepted.get(request) ?? []
  }

  /** The answer to what {@link protect} threw. Other errors become a bare 500. */
  respond(error: unknown): HttpResponse {
    this.#report(error)
    return error instanceof ResourceError ? this.#refuse(error) : errorResponse(error)
  }

  async #read(request: HttpRequest): Promise<{ scheme: TokenScheme; text: string } | null> {
    const found: { scheme: TokenScheme; text: string }[] = []
    for (const scheme of this.#schemes) {
      const text = await scheme.read(request)
      if (text !== undefined) found.push({ scheme, text })
    }
    if (found.length > 1) throw malformedToken('several methods') // RFC 6750 §3.1
    return found[0] ?? null
  }

  async #validate(text: string): Promise<Token> {
    for (const validator of this.#validators) {
      const token = await validator.validate(text, this.#environment)
      if (token !== null) return token
    }
    throw unknownToken(text, this.#validators)
  }

  #refuse({ status, params, scheme: used, headers: own }: ResourceError): HttpResponse {
    const challenges = this.#schemes.map(({ scheme, params: always }) => {
      const told = used === undefined || used === scheme ? params : {} // RFC 9449 §7.2: the error goes to the scheme used
      return challenge(scheme, { ...this.#params, ...told, ...always })
    })
    const headers = [...noStore, ...own, ['www-authenticate', challenges.join(', ')] as const]
    const { error, error_description } = params
    if (error === undefined) return { status, headers, body: '' } // RFC 6750 §3.1: no error information
    return jsonResponse(status, { error, error_description }, headers)
  }

  #report(error: unknown): void {
    try {
      this.#onError(error)
    } catch {
      // a listener cannot change the answer
    }
  }
}

function logFailure(error: unknown): void {
  if (!(error instanceof AuthlibError) || error.status >= 500) logError(error)
}

/** The same error with what a client needs to do better: the scope to ask for. RFC 6750 §3, all of it at once. */
function withScope(error: unknown, needed: readonly string[] | undefined, scheme?: string): unknown {
  if (!(error instanceof ResourceError)) return error
  const { code, message, status, reason, hint, params, headers } = error
  return new ResourceError(code, message, {
    status,
    reason,
    hint,
    scheme,
    headers,
    params: { ...params, scope: params['scope'] ?? needed?.join(' ') },
    cause: error.cause,
  })
}
