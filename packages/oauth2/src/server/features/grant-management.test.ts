import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  OTHER,
  post,
  PUBLIC,
  redeem,
  refresh,
  WEB,
  type Answer,
  type TestClock,
} from '../../../test/journey.ts'
import { developmentPages } from '../interaction/development.ts'
import { rememberedScope } from '../records/consent.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { codeChallenge } from './code-challenge.ts'
import { connectedClients, disconnectClient, narrowAuthorization } from './connected-clients.ts'
import { grantManagement, type GrantManagementOptions } from './grant-management.ts'
import { introspectionEndpoint } from './introspection.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { revocationEndpoint } from './revocation.ts'
import { richAuthorizationRequests } from './rich-authorization-requests.ts'

const scope = 'read write grant_management_query grant_management_revoke'
const CLIENT = { ...WEB, scope, client_name: 'Web' }

function start(options: GrantManagementOptions = {}, { clock }: { clock?: TestClock } = {}) {
  let work: Promise<unknown> = Promise.resolve()
  const made = bareServer({
    store: memoryStore(),
    ...(clock && { clock }),
    clients: staticClients([CLIENT, { ...OTHER, scope, client_name: 'Other' }, PUBLIC, API]),
    background: (done) => void (work = Promise.all([work, done])),
  })
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(
      refreshTokenGrant(),
      clientCredentialsGrant(),
      introspectionEndpoint(),
      revocationEndpoint(),
      grantManagement(options),
    )
    .register(
      richAuthorizationRequests({ types: { account: { validate: ({ number }) => typeof number === 'string' } } }),
    )
    .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return { ...made, settled: () => work }
}

type Made = ReturnType<typeof start>
type Params = Record<string, string | undefined>

/** From an authorization request to tokens. */
async function obtain(made: Made, params: Params = {}, user = 'alice'): Promise<Answer> {
  const answer = await new Browser(made.server).authorize({ scope: 'read', ...params }, { user })
  if (answer.has('error')) return { status: 400, headers: new Headers(), json: Object.fromEntries(answer) }
  const tokens = await redeem(made.server, answer.get('code') ?? '')
  await made.settled()
  return tokens
}

async function errorAt(made: Made, params: Params): Promise<string | null> {
  const response = await new Browser(made.server).open(authorizeUrl(params))
  return new URL(response.headers.get('location') ?? '').searchParams.get('error')
}

const create = { grant_management_action: 'create' }

async function call(made: Made, id: unknown, method = 'GET', token?: string): Promise<Response> {
  const given = token ?? (await apiToken(made))
  const headers = given === '' ? undefined : { authorization: `Bearer ${given}` }
  return made.server.fetch(new Request(`${ISSUER}/grants/${String(id)}`, { method, ...(headers && { headers }) }))
}

async function apiToken({ server }: Made, wanted = scope, client = CLIENT): Promise<string> {
  const { json } = await post(server, '/token', { grant_type: 'client_credentials', scope: wanted }, client)
  return String(json['access_token'])
}

const isActive = async ({ server }: Made, token: unknown): Promise<unknown> =>
  (await post(server, '/introspect', { token: String(token) }, API)).json

describe('grant management (Grant Management for OAuth 2.0)', () => {
  it('names a new grant in the token response, the same at each refresh', async () => {
    const made = start()
    const { json } = await obtain(made, create)
    expect(json['grant_id']).toMatch(/^[\w-]{22}$/)
    const next = await refresh(made.server, json['refresh_token'], CLIENT)
    expect(next.json['grant_id']).toBe(json['grant_id'])
    expect((await obtain(made)).json).not.toHaveProperty('grant_id') // nobody asked for one
  })

  it('merges what the person approves with what was there, and ends the tokens from before', async () => {
    const made = start()
    const details = (number: string): string => JSON.stringify([{ type: 'account', number }])
    const first = await obtain(made, { ...create, authorization_details: details('1') })
    const grant_id = String(first.json['grant_id'])
    const merge = { grant_management_action: 'merge', grant_id, scope: 'write', authorization_details: details('2') }
    const second = await obtain(made, merge)
    expect(second.json).toMatchObject({ grant_id, scope: 'read write' })
    expect(await (await call(made, grant_id)).json()).toMatchObject({
      scopes: [{ scope: 'read write' }],
      authorization_details: [
        { type: 'account', number: '1' },
        { type: 'account', number: '2' },
      ],
    })
    expect((await refresh(made.server, first.json['refresh_token'], CLIENT)).status).toBe(400)
    expect(await isActive(made, first.json['access_token'])).toEqual({ active: false })
    expect((await refresh(made.server, second.json['refresh_token'], CLIENT)).json['scope']).toBe('read write')
  })

  it('replaces a grant by what the person approves now', async () => {
    const made = start()
    const first = await obtain(made, { ...create, scope: 'read' })
    const grant_id = String(first.json['grant_id'])
    const second = await obtain(made, { grant_management_action: 'replace', grant_id, scope: 'write' })
    expect(second.json).toMatchObject({ grant_id, scope: 'write' })
    expect((await refresh(made.server, first.json['refresh_token'], CLIENT)).status).toBe(400)
  })

  it('leaves a grant alone until the new code is redeemed', async () => {
    const made = start()
    const { json } = await obtain(made, create)
    const grant_id = String(json['grant_id'])
    await new Browser(made.server).authorize({ grant_management_action: 'replace', grant_id, scope: 'write' })
    expect(await (await call(made, grant_id)).json()).toMatchObject({ scopes: [{ scope: 'read' }] })
    expect((await refresh(made.server, json['refresh_token'], CLIENT)).status).toBe(200)
  })

  it.each<[string, Params, string]>([
    ['an unknown grant', { grant_management_action: 'merge', grant_id: 'x'.repeat(22) }, 'invalid_grant_id'],
    ['what is no id', { grant_management_action: 'replace', grant_id: '../' }, 'invalid_grant_id'],
    ['no id', { grant_management_action: 'merge' }, 'invalid_request'],
    ['an id for a new grant', { ...create, grant_id: 'x'.repeat(22) }, 'invalid_request'],
    ['an id without an action', { grant_id: 'x'.repeat(22) }, 'invalid_request'],
    ['an unknown action', { grant_management_action: 'query' }, 'invalid_request'],
    ['a public client', { ...create, client_id: 'public' }, 'invalid_request'],
  ])('refuses %s', async (_case, params, error) => {
    expect(await errorAt(start(), params)).toBe(error)
  })

  it('refuses the grant of another client or another person', async () => {
    const made = start()
    const grant_id = String((await obtain(made, create)).json['grant_id'])
    const merge = { grant_management_action: 'merge', grant_id }
    expect(await errorAt(made, { ...merge, client_id: 'other' })).toBe('invalid_grant_id')
    expect((await obtain(made, merge, 'bob')).json['error']).toBe('invalid_grant_id')
  })

  it('refuses requests without an action, or with one that is off, where the server says so', async () => {
    expect(await errorAt(start({ required: true }), {})).toBe('invalid_request')
    const made = start({ actions: ['create', 'revoke'] })
    expect(await errorAt(made, { grant_management_action: 'merge', grant_id: 'x' })).toBe('invalid_request')
    expect((await call(made, 'x'.repeat(22))).status).toBe(405)
    expect(made.server.metadata()).toMatchObject({
      grant_management_actions_supported: ['create', 'revoke'],
      grant_management_endpoint: `${ISSUER}/grants`,
    })
    expect(start({ required: true }).server.metadata()).toMatchObject({ grant_management_action_required: true })
  })
})

describe('requests for one grant that were approved before any was redeemed', () => {
  const RACES: [string, readonly string[]][] = [
    ['two replacements', ['replace', 'replace']],
    ['two merges', ['merge', 'merge']],
    ['a merge and a replacement', ['merge', 'replace']],
    ['five of both', ['replace', 'merge', 'replace', 'merge', 'merge']],
  ]

  async function approved(made: Made, actions: readonly string[]) {
    const first = await obtain(made, create)
    const grant_id = String(first.json['grant_id'])
    const codes: string[] = []
    for (const grant_management_action of actions) {
      const answer = await new Browser(made.server).authorize({ grant_management_action, grant_id, scope: 'write' })
      codes.push(answer.get('code') ?? '')
    }
    return { first, grant_id, codes }
  }

  it.each(RACES)('%s at once: one goes on and ends what was, the others are refused', async (_case, actions) => {
    const made = start()
    const { first, grant_id, codes } = await approved(made, actions)
    const answers = await Promise.all(codes.map((code) => redeem(made.server, code)))
    await made.settled()
    const [winner, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    const losers = answers.filter(({ status }) => status !== 200)
    expect(losers.map(({ json }) => json)).toEqual(
      losers.map(() => ({ error: 'invalid_grant', error_description: 'the grant was changed meanwhile' })),
    )
    expect(winner?.json['grant_id']).toBe(grant_id)
    expect(await isActive(made, winner?.json['access_token'])).toMatchObject({ active: true })
    expect((await refresh(made.server, winner?.json['refresh_token'], CLIENT)).status).toBe(200)
    expect(await isActive(made, first.json['access_token'])).toEqual({ active: false })
  })

  it.each(RACES)('%s one after the other: the first goes on, the others are refused', async (_case, actions) => {
    const made = start()
    const { codes } = await approved(made, actions)
    const answers: Answer[] = []
    for (const code of codes) {
      answers.push(await redeem(made.server, code))
      await made.settled()
    }
    expect(answers.map(({ json }) => json['error'])).toEqual([undefined, ...codes.slice(1).map(() => 'invalid_grant')])
    expect(await isActive(made, answers[0]?.json['access_token'])).toMatchObject({ active: true })
  })
})

describe('a code for a grant', () => {
  const merge = { grant_management_action: 'merge', scope: 'write' }

  /** A grant of `read write`, and the code of a merge that nobody has redeemed. */
  async function merging(made: Made) {
    const first = await obtain(made, { ...create, scope: 'read write' })
    const grant_id = String(first.json['grant_id'])
    const answer = await new Browser(made.server).authorize({ ...merge, grant_id })
    return { first, grant_id, code: answer.get('code') ?? '' }
  }

  it('is refused when the person took something from the grant meanwhile', async () => {
    const made = start()
    const { code } = await merging(made)
    const [connected] = await connectedClients(made.server, 'alice')
    const authorizationId = connected?.authorizations[0]?.id ?? ''
    await narrowAuthorization(made.server, { authorizationId, subject: 'alice', scope: ['read'] })
    expect((await redeem(made.server, code)).json['error']).toBe('invalid_grant')
  })

  it('is redeemed, however often the grant was refreshed meanwhile', async () => {
    const made = start()
    const { first, code } = await merging(made)
    expect((await refresh(made.server, first.json['refresh_token'], CLIENT)).status).toBe(200)
    expect((await redeem(made.server, code)).json['scope']).toBe('read write')
  })

  it('ends with the grant: it does not bring back what the client has ended', async () => {
    const made = start()
    const { grant_id, code } = await merging(made)
    expect((await call(made, grant_id, 'DELETE')).status).toBe(204)
    expect((await redeem(made.server, code)).json['error']).toBe('invalid_grant')
    expect((await call(made, grant_id)).status).toBe(404)
  })

  it('is refused when the grant ended in another way', async () => {
    const made = start()
    const { first, code } = await merging(made)
    const token = String(first.json['refresh_token'])
    expect((await post(made.server, '/revoke', { token }, CLIENT)).status).toBe(200)
    expect((await redeem(made.server, code)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'the grant was changed meanwhile',
    })
  })

  it('waits for no one for long: what a process had reserved when it died is free after a minute', async () => {
    const clock = manualClock()
    let fails = true
    const made = start({}, { clock })
    made.server.registerExtension({
      kind: 'extension',
      name: 'dies',
      tokenResponse() {
        if (fails) throw new Error('the process dies')
        return undefined
      },
    })
    fails = false
    const { grant_id, code: dead } = await merging(made)
    fails = true
    expect((await redeem(made.server, dead)).status).toBe(500)
    fails = false
    const answer = await new Browser(made.server).authorize({ ...merge, grant_id })
    const refused = await redeem(made.server, answer.get('code') ?? '')
    expect([refused.status, refused.json['error']]).toEqual([400, 'invalid_grant'])
    clock.advance(30)
    const late = await new Browser(made.server).authorize({ ...merge, grant_id })
    clock.advance(29)
    expect((await redeem(made.server, late.get('code') ?? '')).status).toBe(400)
    clock.advance(1)
    expect((await redeem(made.server, late.get('code') ?? '')).status).toBe(200)
    expect((await redeem(made.server, dead)).json['error']).toBe('invalid_grant')
  })

  it('finds its grant among those of a hundred requests that were never redeemed', async () => {
    const made = start()
    const { grant_id, code } = await merging(made)
    for (let count = 0; count < 120; count++) {
      await new Browser(made.server).authorize({ ...merge, grant_id })
    }
    expect((await redeem(made.server, code)).status).toBe(200)
    await made.settled()
    expect(await (await call(made, grant_id)).json()).toMatchObject({ scopes: [{ scope: 'read write' }] })
  })
})

describe('the API', () => {
  it('tells about a grant, with what the application adds', async () => {
    const made = start({ describe: ({ subject }) => ({ accounts: `of ${subject}` }) })
    const { json } = await obtain(made, create)
    const response = await call(made, json['grant_id'])
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await response.json()).toEqual({
      scopes: [{ scope: 'read' }],
      created_at: expect.any(Number) as number,
      expires_at: expect.any(Number) as number,
      accounts: 'of alice',
    })
  })

  it('ends a grant with all its tokens', async () => {
    const made = start()
    const { json } = await obtain(made, create)
    expect((await call(made, json['grant_id'], 'DELETE')).status).toBe(204)
    expect(await isActive(made, json['access_token'])).toEqual({ active: false })
    expect((await refresh(made.server, json['refresh_token'], CLIENT)).status).toBe(400)
    expect((await call(made, json['grant_id'])).status).toBe(404)
  })

  it('refuses a missing or wrong token, one that lacks the scope, and other clients', async () => {
    const made = start()
    const { json } = await obtain(made, create)
    const id = json['grant_id']
    const missing = await call(made, id, 'GET', '')
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    expect((await call(made, id, 'GET', 'x')).status).toBe(401)
    expect((await call(made, id, 'GET', String(json['refresh_token']))).status).toBe(401)
    expect((await call(made, id, 'GET', await apiToken(made, 'grant_management_revoke'))).status).toBe(403)
    expect((await call(made, id, 'DELETE', await apiToken(made, 'grant_management_query'))).status).toBe(403)
    const stranger = await apiToken(made, scope, { ...OTHER, client_name: 'Other', scope })
    expect((await call(made, id, 'GET', stranger)).status).toBe(404)
    expect((await call(made, id, 'DELETE', stranger)).status).toBe(404)
    expect((await call(made, 'constructor')).status).toBe(404)
    expect((await call(made, id)).status).toBe(200)
  })
})

describe('connected clients', () => {
  it('are listed with what they may do, and disconnected one by one', async () => {
    const made = start()
    const first = await obtain(made, { scope: 'read' })
    await obtain(made, { scope: 'write' })
    await obtain(made, {}, 'bob')
    await new Browser(made.server).authorize() // not redeemed
    const connected = await connectedClients(made.server, 'alice')
    expect(connected).toMatchObject([{ clientId: 'web', scope: ['read', 'write'], client: { clientName: 'Web' } }])
    expect(connected[0]?.authorizations).toHaveLength(2)
    expect(await disconnectClient(made.server, 'alice', 'web')).toBe(3)
    expect(await connectedClients(made.server, 'alice')).toEqual([])
    expect(await isActive(made, first.json['access_token'])).toEqual({ active: false })
    expect(await rememberedScope(made.server, 'alice', 'web')).toBeNull()
    expect(await connectedClients(made.server, 'bob')).toHaveLength(1)
  })

  it('keep less when one is narrowed, in the tokens that they have too', async () => {
    const made = start()
    const { json } = await obtain(made, { scope: 'read write' })
    const [connected] = await connectedClients(made.server, 'alice')
    const authorizationId = connected?.authorizations[0]?.id ?? ''
    const narrow = { authorizationId, subject: 'alice', scope: ['read'] }
    expect(await narrowAuthorization(made.server, { ...narrow, subject: 'bob' })).toBeNull()
    await expect(narrowAuthorization(made.server, { ...narrow, scope: [] })).rejects.toThrow(TypeError)
    await expect(narrowAuthorization(made.server, { ...narrow, scope: ['admin'] })).rejects.toThrow(TypeError)
    expect((await narrowAuthorization(made.server, narrow))?.scope).toEqual(['read'])
    expect(await isActive(made, json['access_token'])).toMatchObject({ active: true, scope: 'read' })
    expect((await refresh(made.server, json['refresh_token'], CLIENT)).json['scope']).toBe('read')
    expect(await rememberedScope(made.server, 'alice', 'web')).toBeNull()
    expect(await narrowAuthorization(made.server, { ...narrow, authorizationId: 'x' })).toBeNull()
  })

  it('are never left without scope by two that narrow at once: the second is told', async () => {
    const made = start()
    const { json } = await obtain(made, { scope: 'read write' })
    const [connected] = await connectedClients(made.server, 'alice')
    const authorizationId = connected?.authorizations[0]?.id ?? ''
    const results = await Promise.allSettled(
      ['read', 'write'].map((word) =>
        narrowAuthorization(made.server, { authorizationId, subject: 'alice', scope: [word] }),
      ),
    )
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const answer = await refresh(made.server, json['refresh_token'], CLIENT)
    expect(['read', 'write']).toContain(answer.json['scope'])
  })
})
