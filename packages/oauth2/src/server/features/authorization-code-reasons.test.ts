// What the log says about a refused code, where the wire says one thing for all of it.
import { describe, expect, it } from 'vitest'
import { fullServer, manualClock, obtainCode, OTHER, post, redeem, WEB } from '../../../test/journey.ts'
import { authorizationCodeGrant } from './authorization-code.ts'

const INVALID = {
  error: 'invalid_grant',
  error_description: 'the code is unknown, expired or used, or of another client',
}

function start() {
  const clock = manualClock()
  const made = fullServer({ clock })
  const reasonOf = (): unknown => made.events.findLast(({ type }) => type === 'token.refused')
  return { ...made, clock, reasonOf }
}

type Made = ReturnType<typeof start>

describe('a code that is refused (RFC 6749 §5.2)', () => {
  it.each<[string, (made: Made) => Promise<unknown>]>([
    ['not a code', ({ server }) => redeem(server, 'x')],
    ['not a code', ({ server }) => redeem(server, `rt_${'A'.repeat(22)}.x`)],
    ['unknown or expired code', ({ server }) => redeem(server, `ac_${'A'.repeat(22)}.x`)],
    [
      'unknown or expired code',
      async ({ server, clock }) => {
        const code = await obtainCode(server)
        clock.advance(60)
        return redeem(server, code)
      },
    ],
    ['code of another client', async ({ server }) => redeem(server, await obtainCode(server), { client: OTHER })],
    [
      'code submitted twice',
      async ({ server, clock }) => {
        const code = await obtainCode(server)
        await redeem(server, code)
        clock.advance(1)
        return redeem(server, code)
      },
    ],
    [
      'code replayed',
      async ({ server, clock }) => {
        const code = await obtainCode(server)
        await redeem(server, code)
        clock.advance(2)
        return redeem(server, code)
      },
    ],
    [
      'burnt code',
      async ({ server }) => {
        const code = await obtainCode(server)
        await redeem(server, code, { code_verifier: 'x'.repeat(43) })
        return redeem(server, code)
      },
    ],
    [
      'the authorization is revoked',
      async ({ server }) => {
        const code = await obtainCode(server)
        await server.authorizations.revoke({ subject: 'alice' })
        return redeem(server, code)
      },
    ],
  ])('is, in the log: %s', async (reason, attempt) => {
    const made = start()
    expect(await attempt(made)).toMatchObject({ status: 400, json: INVALID })
    expect(made.reasonOf()).toMatchObject({ error: 'invalid_grant', grantType: 'authorization_code', reason })
  })

  it('names a code that is missing and a redirect_uri that differs', async () => {
    const { server } = start()
    const missing = await post(server, '/token', { grant_type: 'authorization_code' }, WEB)
    expect(missing.json).toEqual({ error: 'invalid_request', error_description: 'code is missing' })
    const differs = await redeem(server, await obtainCode(server), { redirect_uri: 'https://app.example/other' })
    expect(differs.json).toEqual({
      error: 'invalid_grant',
      error_description: 'redirect_uri differs from that of the authorization request',
    })
  })
})

it('takes times alone as options, and tells them to checks of profiles', () => {
  for (const options of [{ lifetime: 0 }, { lifetime: Number.NaN }, { doubleSubmitInterval: -1 }]) {
    expect(() => authorizationCodeGrant(options)).toThrow(TypeError)
  }
  expect(authorizationCodeGrant({ lifetime: 30 }).settings).toEqual({
    ...{ lifetime: 30, doubleSubmitInterval: 2, requireRedirectUri: false, allowWithoutCodeChallenge: false },
  })
})
