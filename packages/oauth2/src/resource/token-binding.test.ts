import { fromRequest, type ClientCertificate, type HttpRequest } from '@authlib/core'
import { sha256, encodeBase64url } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  mutualTls,
  readResourceToken,
  ResourceProtector,
  type Requirement,
  type ResourceProtectorOptions,
  type TokenConfirmation,
} from './index.ts'

const certificate: ClientCertificate = { der: new Uint8Array([48, 1, 2, 3]), trusted: true }
const thumbprint = encodeBase64url(await sha256(certificate.der))
const now = 1_700_000_000

function guardOf(claims: object, options: Partial<ResourceProtectorOptions> = {}): ResourceProtector {
  return new ResourceProtector({
    resource: 'https://api.example',
    validators: [{ validate: () => readResourceToken(claims as never) }],
    onError: () => undefined,
    clock: () => now,
    ...options,
  })
}

const headers = { authorization: 'Bearer token' }

function request(clientCertificate?: ClientCertificate): HttpRequest {
  return { ...fromRequest(new Request('https://api.example', { headers })), clientCertificate }
}

const verdict = (guard: ResourceProtector, of: HttpRequest, requirement?: Requirement): Promise<unknown> =>
  guard.protect(of, requirement).then(
    () => 'accepted',
    (error: unknown) => (error as { code: string }).code,
  )

describe('mutualTls (RFC 8705 §3)', () => {
  const bound = { cnf: { 'x5t#S256': thumbprint } }
  const options = { confirmations: [mutualTls()] }

  it('lets a bound token through with its certificate only', async () => {
    const guard = guardOf(bound, options)
    expect(await verdict(guard, request(certificate))).toBe('accepted')
    expect(await verdict(guard, request())).toBe('invalid_token')
    expect(await verdict(guard, request({ ...certificate, der: new Uint8Array([48, 9]) }))).toBe('invalid_token')
  })

  it('is not asked about a token without binding', async () => {
    expect(await verdict(guardOf({}, options), request())).toBe('accepted')
  })

  it('is needed: without it a bound token is refused', async () => {
    expect(await verdict(guardOf(bound), request(certificate))).toBe('invalid_token')
  })

  it('does not let an unknown member of cnf pass', async () => {
    const both = { cnf: { 'x5t#S256': thumbprint, kid: 'x' } }
    expect(await verdict(guardOf(both, options), request(certificate))).toBe('invalid_token')
    for (const cnf of [null, [], {}, 'x', { 'x5t#S256': 7 }]) {
      expect(await verdict(guardOf({ cnf }, options), request(certificate))).toBe('invalid_token')
    }
  })
})

describe('confirmations', () => {
  it('are registered by member, and get the token as it came', async () => {
    const seen: unknown[] = []
    const confirmation: TokenConfirmation = {
      member: 'kid',
      confirm(value, _request, { text, resource, clock }) {
        seen.push([value, text, resource, clock()])
        return { headers: [['x-next', '1']] }
      },
    }
    const guard = guardOf({ cnf: { kid: 'k1' } }, { confirmations: [confirmation] })
    const of = request()
    expect(await verdict(guard, of)).toBe('accepted')
    expect(seen).toEqual([['k1', 'token', 'https://api.example', now]])
    expect(guard.acceptedHeaders(of)).toEqual([['x-next', '1']])
    expect(() => guardOf({}, { confirmations: [confirmation, confirmation] })).toThrow(/same member/)
  })
})

describe('step-up (RFC 9470)', () => {
  const claims = { scope: 'pay', acr: 'silver', auth_time: now - 300 }

  it.each<[string, Requirement, string]>([
    ['acr that is there', { acrValues: ['gold', 'silver'] }, 'accepted'],
    ['acr that is not there', { acrValues: ['gold'] }, 'insufficient_user_authentication'],
    ['a login that is recent enough', { scope: 'pay', maxAge: 300 }, 'accepted'],
    ['a login that is too old', { scope: 'pay', maxAge: 299 }, 'insufficient_user_authentication'],
    ['a scope that is missing as well', { scope: 'admin', acrValues: ['silver'] }, 'insufficient_scope'],
  ])('judges %s', async (_, requirement, expected) => {
    expect(await verdict(guardOf(claims), request(), requirement)).toBe(expected)
  })

  it('refuses a token that does not say how or when the person logged in', async () => {
    const guard = guardOf({ scope: 'pay' })
    expect(await verdict(guard, request(), { acrValues: ['silver'] })).toBe('insufficient_user_authentication')
    expect(await verdict(guard, request(), { maxAge: 86_400 })).toBe('insufficient_user_authentication')
  })

  it('tells the client what to ask for (§3)', async () => {
    const guard = guardOf(claims)
    const error = await guard
      .protect(request(), { scope: 'pay', acrValues: ['gold', 'platinum'], maxAge: 60 })
      .catch((e: unknown) => e)
    const { status, headers: answered } = guard.respond(error)
    expect(status).toBe(401)
    const challenge = answered.find(([name]) => name === 'www-authenticate')?.[1]
    expect(challenge).toContain('error="insufficient_user_authentication"')
    expect(challenge).toContain('acr_values="gold platinum", max_age="60"')
    expect(challenge).toContain('scope="pay"')
  })

  it.each<[string, Requirement]>([
    ['no values', { acrValues: [] }],
    ['a value with a space', { acrValues: ['a b'] }],
    ['a negative age', { maxAge: -1 }],
    ['an age that is no number', { maxAge: Number.NaN }],
  ])('refuses %s as a requirement', async (_, requirement) => {
    await expect(guardOf(claims).protect(request(), requirement)).rejects.toThrow(TypeError)
  })
})
