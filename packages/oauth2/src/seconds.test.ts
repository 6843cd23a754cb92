import { assertSeconds } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import { bareServer } from '../test/journey.ts'
import { dpop as resourceDpop, dpopNonces, introspection, jwtAccessToken } from './resource/index.ts'
import {
  authorizationCodeGrant,
  clientSecretJwt,
  developmentPages,
  deviceAuthorizationGrant,
  dpop,
  jwtResponseModes,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
} from './server/index.ts'

describe('options in seconds', () => {
  const secrets = ['a secret of the tests, long enough to pass']
  const asking = { endpoint: 'https://as.example/introspect', clientId: 'api', clientSecret: 'x' }

  it.each<[string, (value: number) => unknown]>([
    ['accessTokenLifetime', (accessTokenLifetime) => bareServer({ accessTokenLifetime })],
    ['lifetime', (lifetime) => authorizationCodeGrant({ lifetime })],
    ['doubleSubmitInterval', (doubleSubmitInterval) => authorizationCodeGrant({ doubleSubmitInterval })],
    ['reuseInterval', (reuseInterval) => refreshTokenGrant({ reuseInterval })],
    ['sessionLifetime', (sessionLifetime) => developmentPages({ users: [], sessionLifetime })],
    ['lifetime', (lifetime) => pushedAuthorizationRequests({ lifetime })],
    ['lifetime', (lifetime) => deviceAuthorizationGrant({ lifetime })],
    ['lifetime', (lifetime) => jwtResponseModes({ lifetime })],
    ['maxLifetime', (maxLifetime) => privateKeyJwt({ maxLifetime })],
    ['leeway', (leeway) => clientSecretJwt({ leeway })],
    ['maxAge', (maxAge) => dpop({ maxAge })],
    ['nonceInterval', (nonceInterval) => dpop({ nonceInterval })],
    ['leeway', (leeway) => resourceDpop({ leeway })],
    ['interval', (interval) => dpopNonces({ secrets, interval })],
    ['leeway', (leeway) => jwtAccessToken({ issuer: 'https://as.example', leeway })],
    ['cacheLifetime', (cacheLifetime) => introspection({ ...asking, cacheLifetime })],
  ])('%s is refused at construction when it is no number', (name, make) => {
    for (const value of [(() => 60) as unknown, '60', Number.NaN, -1, Infinity]) {
      expect(() => make(value as number)).toThrow(new RegExp(`^${name} is a number of seconds`))
    }
    expect(() => make(60)).not.toThrow()
  })

  it.each(['idleLifetime', 'lifetime'])('%s of refresh tokens is a number or a function', (name) => {
    for (const value of ['60', Number.NaN, 0, Infinity]) {
      expect(() => refreshTokenGrant({ [name]: value })).toThrow(new RegExp(`^${name} is a number of seconds`))
    }
    for (const value of [60, () => 60]) expect(() => refreshTokenGrant({ [name]: value })).not.toThrow()
  })

  it('says what was given', () => {
    expect(() => assertSeconds({ lifetime: (() => 60) as never })).toThrow(
      'lifetime is a number of seconds, at least 0, and not a function',
    )
    expect(() => assertSeconds({ lifetime: 0 }, 1)).toThrow('lifetime is a number of seconds, at least 1, and not 0')
  })
})
