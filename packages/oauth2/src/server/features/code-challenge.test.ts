import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  CHALLENGE,
  obtainCode,
  PUBLIC,
  redeem,
  refresh,
  WEB,
} from '../../../test/journey.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { codeChallenge, type CodeChallengeOptions } from './code-challenge.ts'
import { deviceAuthorizationGrant, DEVICE_CODE } from './device-authorization.ts'
import { refreshTokenGrant } from './refresh-token.ts'

function start(options: CodeChallengeOptions = {}) {
  const tv = { client_id: 'tv', token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE], scope: 'read' }
  const made = bareServer({ clients: staticClients([WEB, PUBLIC, tv]) })
  made.server
    .register(authorizationCodeGrant(), refreshTokenGrant(), deviceAuthorizationGrant(), codeChallenge(options))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return made
}

type Params = Record<string, string | undefined>

/** Description of the error, or null when the person is asked to log in. */
async function refusal(params: Params, options?: CodeChallengeOptions): Promise<string | null> {
  const response = await new Browser(start(options).server).open(authorizeUrl(params))
  const url = new URL(response.headers.get('location') ?? '', 'https://as.example')
  const said = ['error', 'error_description'].map((name) => url.searchParams.get(name))
  return url.pathname === '/login' ? null : said.join(': ')
}

const none = { code_challenge: undefined, code_challenge_method: undefined }

describe('PKCE (RFC 7636)', () => {
  it.each<[Params, string | null]>([
    [{}, null],
    [none, 'invalid_request: code_challenge is required'],
    [{ code_challenge: undefined }, 'invalid_request: code_challenge is missing'],
    [{ code_challenge_method: undefined }, 'invalid_request: code_challenge_method must be S256'],
    [{ code_challenge_method: 'plain' }, 'invalid_request: code_challenge_method must be S256'],
    [{ code_challenge: `${CHALLENGE}=` }, 'invalid_request: code_challenge is malformed'],
    [{ code_challenge: CHALLENGE.slice(1) }, 'invalid_request: code_challenge is malformed'],
  ])('answers %j with %s (§4.3, §4.4.1)', async (params, error) => {
    expect(await refusal(params)).toBe(error)
  })

  it('may be left out by confidential clients where the server says so, by public ones never', async () => {
    for (const requiredFor of ['public_clients', () => false] as const) {
      expect(await refusal(none, { requiredFor })).toBeNull()
      const ofPublic = await refusal({ ...none, client_id: 'public' }, { requiredFor })
      expect(ofPublic).toBe('invalid_request: code_challenge is required')
    }
    expect(await refusal(none, { requiredFor: () => true })).toBe('invalid_request: code_challenge is required')
  })

  it('says what is wrong with a verifier (§4.6), and does not mind a missing pair', async () => {
    const { server } = start({ requiredFor: 'public_clients' })
    const wrong = await redeem(server, await obtainCode(server), { code_verifier: 'x'.repeat(43) })
    expect(wrong.json['error_description']).toBe('wrong code_verifier')
    const missing = await redeem(server, await obtainCode(server), { code_verifier: undefined })
    expect(missing.json['error_description']).toBe('code_verifier and code_challenge do not go together')
    const surplus = await redeem(server, await obtainCode(server, none))
    expect(surplus.json['error_description']).toBe('code_verifier and code_challenge do not go together')
    expect((await redeem(server, await obtainCode(server, none), { code_verifier: undefined })).status).toBe(200)
  })

  it('is demanded of no request without a code, registered for the whole server as it may be', async () => {
    const { server } = start()
    const body = new URLSearchParams({ client_id: 'tv', scope: 'read' })
    const url = `${server.issuer}/device_authorization`
    expect((await server.fetch(new Request(url, { method: 'POST', body }))).status).toBe(200)
  })

  it('is demanded of no refresh either, which has no verifier', async () => {
    const { server } = start()
    const { json } = await redeem(server, await obtainCode(server))
    expect((await refresh(server, json['refresh_token'])).status).toBe(200)
  })

  it.each(['short', 'x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(43)}!`])(
    'refuses the verifier %j, though it has the challenge of the request (§4.1)',
    async (verifier) => {
      const { server } = start()
      const code_challenge = createHash('sha256').update(verifier).digest('base64url')
      const answer = await redeem(server, await obtainCode(server, { code_challenge }), { code_verifier: verifier })
      expect(answer.json['error_description']).toBe('wrong code_verifier')
    },
  )

  it('is published, and told to checks of profiles', () => {
    expect(start().server.metadata()).toMatchObject({ code_challenge_methods_supported: ['S256'] })
    expect(codeChallenge().settings).toEqual({ method: 'S256', requiredFor: 'everyone' })
    expect(codeChallenge({ requiredFor: 'public_clients' }).settings).toMatchObject({ requiredFor: 'public_clients' })
    const settings = codeChallenge({ requiredFor: () => true }).settings
    expect(settings).toMatchObject({ requiredFor: 'a rule of the application' })
  })
})
