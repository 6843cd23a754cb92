import { fromRequest, memoryStore, type HttpResponse } from '@authlib/core'
import { admit, parseChallenges, sha256Base64url } from '@authlib/core/kit'
import { generateKey, jwkThumbprint, signJws, type Key } from '@authlib/jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  bearer,
  dpop,
  dpopNonces,
  memoryReplays,
  readResourceToken,
  ResourceProtector,
  storedReplays,
  type DpopOptions,
  type ResourceProtectorOptions,
} from './index.ts'

const resource = 'https://api.example'
const url = `${resource}/notes`
const start = 1_700_000_000
let now = start
let key: Key
let other: Key
let jwk: Record<string, unknown>
let jkt: string

beforeAll(async () => {
  key = await generateKey('ES256')
  other = await generateKey('ES256')
  jwk = publicJwk(key)
  jkt = await jwkThumbprint(jwk as never)
})
beforeEach(() => {
  now = start
})

function publicJwk(of: Key): Record<string, unknown> {
  const { kty, crv, x, y } = of.publicJwk() as Record<string, unknown>
  return { kty, crv, x, y }
}

interface ProofChanges {
  readonly header?: Record<string, unknown>
  readonly claims?: Record<string, unknown>
  readonly by?: Key
}

let count = 0
async function proof({ header = {}, claims = {}, by = key }: ProofChanges = {}): Promise<string> {
  const payload = {
    jti: `proof-${++count}`,
    htm: 'GET',
    htu: url,
    iat: now,
    ath: await sha256Base64url('bound'),
    ...claims,
  }
  return signJws(JSON.stringify(payload), by, { header: { typ: 'dpop+jwt', jwk, ...header } as never })
}

function protector(options: DpopOptions = {}, more: Partial<ResourceProtectorOptions> = {}): ResourceProtector {
  const tokens: Record<string, object> = {
    bound: { scope: 'read', cnf: { jkt }, token_type: 'DPoP' },
    typed: { scope: 'read', cnf: { jkt } },
    free: { scope: 'read' },
    both: { scope: 'read', cnf: { jkt, 'x5t#S256': 'hash' } },
  }
  return new ResourceProtector({
    resource,
    validators: [{ validate: (text) => (tokens[text] ? readResourceToken(tokens[text] as never) : null) }],
    schemes: [bearer(), dpop(options)],
    clock: () => now,
    onError: () => undefined,
    ...more,
  })
}

function request(dpopHeader: string | undefined, token = 'bound', target = url, scheme = 'DPoP'): Request {
  const headers = new Headers({ authorization: `${scheme} ${token}` })
  if (dpopHeader !== undefined) headers.set('dpop', dpopHeader)
  return new Request(target, { headers })
}

async function answer(guard: ResourceProtector, of: Request): Promise<HttpResponse> {
  const { headers, refusal } = await admit(guard, fromRequest(of), 'read')
  return refusal ?? { status: 200, headers, body: '' }
}

function header({ headers }: HttpResponse, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1]
}

function errorOf(response: HttpResponse, scheme = 'dpop'): string | undefined {
  const challenges = parseChallenges(header(response, 'www-authenticate') ?? '')
  return challenges.find((challenge) => challenge.scheme === scheme)?.params.get('error')
}

describe('dpop (RFC 9449 §7)', () => {
  it('lets a bound token through with a proof of its key', async () => {
    expect(await answer(protector(), request(await proof()))).toMatchObject({ status: 200 })
    expect(
      await answer(protector(), request(await proof({ claims: { ath: await sha256Base64url('typed') } }), 'typed')),
    ).toMatchObject({ status: 200 })
  })

  it('accepts the proofs of oauth4webapi', async () => {
    const pair = await oauth.generateKeyPair('ES256', { extractable: true })
    const thumbprint = await jwkThumbprint((await crypto.subtle.exportKey('jwk', pair.publicKey)) as never)
    const guard = protector(
      { nonces: dpopNonces({ secrets: ['a secret of the tests, long enough to pass'] }) },
      {
        validators: [{ validate: () => readResourceToken({ scope: 'read', cnf: { jkt: thumbprint } }) }],
        clock: () => Math.floor(Date.now() / 1000),
      },
    )
    const DPoP = oauth.DPoP({}, pair)
    const send = () =>
      oauth.protectedResourceRequest('a-token', 'GET', new URL(`${url}?page=2`), undefined, undefined, {
        DPoP,
        [oauth.customFetch]: async (target, options) => {
          const { status, headers, body } = await answer(guard, new Request(target, options as RequestInit))
          return new Response(body, { status, headers: headers.map(([name, value]) => [name, value]) })
        },
      })
    await expect(send()).rejects.toMatchObject({ name: 'WWWAuthenticateChallengeError' })
    expect((await send()).status).toBe(200) // with the nonce of the first answer
  })

  it('tells the algorithms in its challenge (§7.1)', async () => {
    const response = await answer(protector({ algorithms: ['ES256', 'EdDSA'] }), new Request(url))
    const challenges = parseChallenges(header(response, 'www-authenticate') ?? '')
    expect(challenges.map(({ scheme, params }) => [scheme, params.get('algs')])).toEqual([
      ['bearer', undefined],
      ['dpop', 'ES256 EdDSA'],
    ])
  })

  it('refuses a bound token as Bearer, and a free one as DPoP (§7.2)', async () => {
    expect(errorOf(await answer(protector(), request(await proof(), 'bound', url, 'Bearer')), 'bearer')).toBe(
      'invalid_token',
    )
    const free = await proof({ claims: { ath: await sha256Base64url('free') } })
    expect(errorOf(await answer(protector(), request(free, 'free')))).toBe('invalid_token')
  })

  it('refuses a token that is bound to a certificate too, which nothing here confirms', async () => {
    const both = await proof({ claims: { ath: await sha256Base64url('both') } })
    expect(errorOf(await answer(protector(), request(both, 'both')))).toBe('invalid_token')
  })

  it.each<[string, ProofChanges | (() => Promise<string | undefined>), string]>([
    ['no proof', async () => undefined, 'invalid_dpop_proof'],
    ['two proofs', async () => `${await proof()}, ${await proof()}`, 'invalid_dpop_proof'],
    ['no JWT', async () => 'proof', 'invalid_dpop_proof'],
    ['a proof of 5,000 characters', { claims: { pad: 'x'.repeat(5000) } }, 'invalid_dpop_proof'],
    ['another type', { header: { typ: 'JWT' } }, 'invalid_dpop_proof'],
    ['no key', { header: { jwk: undefined } }, 'invalid_dpop_proof'],
    ['another key', async () => proof({ header: { jwk: publicJwk(other) }, by: other }), 'invalid_token'],
    ['a key that did not sign', async () => proof({ by: other }), 'invalid_dpop_proof'],
    [
      'a private key',
      {
        header: {
          jwk: {
            get d() {
              return 'AQ'
            },
            ...{ kty: 'EC' },
          },
        },
      },
      'invalid_dpop_proof',
    ],
    ['a secret', { header: { jwk: { kty: 'oct', k: 'AQAB' } } }, 'invalid_dpop_proof'],
    [
      'a modulus of 8,192 bits',
      { header: { jwk: { kty: 'RSA', e: 'AQAB', n: '_'.repeat(1366) } } },
      'invalid_dpop_proof',
    ],
    ['another method', { claims: { htm: 'POST' } }, 'invalid_dpop_proof'],
    ['the method in lower case', { claims: { htm: 'get' } }, 'invalid_dpop_proof'],
    ['another path', { claims: { htu: `${resource}/other` } }, 'invalid_dpop_proof'],
    ['another origin', { claims: { htu: 'https://evil.example/notes' } }, 'invalid_dpop_proof'],
    ['no URL', { claims: { htu: '/notes' } }, 'invalid_dpop_proof'],
    ['a proof for another token', { claims: { ath: 'x' } }, 'invalid_dpop_proof'],
    ['a proof without ath', { claims: { ath: undefined } }, 'invalid_dpop_proof'],
    ['no jti', { claims: { jti: undefined } }, 'invalid_dpop_proof'],
    ['an old proof', { claims: { iat: start - 400 } }, 'invalid_dpop_proof'],
    ['a proof from the future', { claims: { iat: start + 60 } }, 'invalid_dpop_proof'],
    ['no iat', { claims: { iat: undefined } }, 'invalid_dpop_proof'],
  ])('refuses %s (§4.3)', async (_, made, code) => {
    const text = typeof made === 'function' ? await made() : await proof(made)
    const response = await answer(protector(), request(text))
    expect([response.status, errorOf(response)]).toEqual([401, code])
    expect(errorOf(response, 'bearer')).toBeUndefined() // §7.1: the error goes to the scheme that was used
  })

  it('takes a proof of a clock ten seconds ahead (FAPI 2.0 Security Profile §5.3.2.1)', async () => {
    const response = await answer(protector(), request(await proof({ claims: { iat: start + 10 } })))
    expect(response.status).toBe(200)
  })

  it.each([`${url}?page=2`, `${url}#top`, 'HTTPS://API.EXAMPLE:443/notes', `${resource}/%6eotes`])(
    'takes %s for the same URL (§4.3, RFC 3986 §6.2)',
    async (htu) => {
      expect((await answer(protector(), request(await proof({ claims: { htu } })))).status).toBe(200)
    },
  )

  it('compares with what `url` says, behind a proxy that changes paths', async () => {
    const guard = protector({ url: () => 'https://public.example/v1/notes' })
    const own = { claims: { htu: 'https://public.example/v1/notes' } }
    expect((await answer(guard, request(await proof(own)))).status).toBe(200)
    expect((await answer(guard, request(await proof()))).status).toBe(401)
  })

  it('says what is missing when the resource is no URL', async () => {
    const errors: unknown[] = []
    const guard = protector({}, { resource: 'urn:api', onError: (error) => errors.push(error) })
    expect((await answer(guard, request(await proof()))).status).toBe(500)
    expect(errors).toMatchObject([{ message: expect.stringContaining('option url') as string }])
  })

  it.each([
    ['in memory', () => memoryReplays()],
    ['in a store', () => storedReplays(memoryStore(), 'api')],
  ])('accepts each proof once, also of two requests at once, %s (§11.1)', async (_, replays) => {
    const guard = protector({ replays: replays() })
    const text = await proof()
    const answers = await Promise.all([1, 2, 3].map(() => answer(guard, request(text))))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    expect(errorOf(await answer(guard, request(text)))).toBe('invalid_dpop_proof')
  })

  it('remembers a proof as long as it could be used again', async () => {
    const guard = protector({ maxAge: 60, leeway: 5 })
    const text = await proof()
    expect((await answer(guard, request(text))).status).toBe(200)
    now += 65
    expect((await answer(guard, request(text))).status).toBe(401)
  })

  it('answers 503 when the memory for proofs is full, and recovers', async () => {
    const guard = protector({ replays: memoryReplays({ size: 1 }) })
    expect((await answer(guard, request(await proof()))).status).toBe(200)
    expect((await answer(guard, request(await proof()))).status).toBe(503)
    now += 400
    expect((await answer(guard, request(await proof()))).status).toBe(200)
  })
})

describe('dpopNonces (RFC 9449 §8, §9)', () => {
  const nonces = () => dpopNonces({ secrets: ['a secret of the tests, long enough to pass'], interval: 100 })

  it('demands a nonce, and takes the one of the refusal', async () => {
    const guard = protector({ nonces: nonces() })
    for (const text of [
      undefined,
      await proof(),
      await proof({ claims: { nonce: 'guess' } }),
      await proof({ claims: { nonce: 7 } }),
    ]) {
      const refused = await answer(guard, request(text))
      expect([refused.status, errorOf(refused)]).toEqual([401, 'use_dpop_nonce'])
      const nonce = header(refused, 'dpop-nonce')
      expect((await answer(guard, request(await proof({ claims: { nonce } })))).status).toBe(200)
    }
  })

  it('hands out the next nonce with an answer, while the old one is still accepted (§8.2)', async () => {
    const guard = protector({ nonces: nonces() })
    const nonce = header(await answer(guard, request(undefined)), 'dpop-nonce')
    const fresh = await answer(guard, request(await proof({ claims: { nonce } })))
    expect(header(fresh, 'dpop-nonce')).toBeUndefined()
    now += 100
    const later = await answer(guard, request(await proof({ claims: { nonce } })))
    expect([later.status, header(later, 'dpop-nonce')]).toEqual([200, expect.not.stringMatching(nonce!) as string])
    now += 100
    expect(errorOf(await answer(guard, request(await proof({ claims: { nonce } }))))).toBe('use_dpop_nonce')
  })

  it('serves clients whose clock is wrong: the nonce tells the age', async () => {
    const guard = protector({ nonces: nonces() })
    const nonce = header(await answer(guard, request(undefined)), 'dpop-nonce')
    for (const iat of [start - 7200, start + 7200]) {
      expect((await answer(guard, request(await proof({ claims: { nonce, iat } })))).status).toBe(200)
    }
  })

  it('is shared by processes with the same secrets, and by no others', async () => {
    const nonce = await nonces().current(start)
    expect(await nonces().check(nonce, start)).toBe('current')
    expect(await nonces().check(nonce, start - 1)).toBe('current') // a process whose clock is a little behind
    const stranger = dpopNonces({ secrets: ['another secret of the tests, long enough'], interval: 100 })
    expect(await stranger.check(nonce, start)).toBe('refused')
  })
})
