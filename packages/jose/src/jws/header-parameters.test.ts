import { expect, it } from 'vitest'
import {
  checkHeaderParameters,
  generateKey,
  type HeaderRules,
  JoseError,
  signJws,
  signJwt,
  verifyJws,
  verifyJwt,
} from '../index.ts'

const key = await generateKey('ES256')

it.each<[HeaderRules, boolean]>([
  [{}, true],
  [{ strict: true }, false],
  [{ strict: true, parameters: { tenant: {} } }, true],
  [{ strict: true, parameters: { tenant: {}, region: {} } }, true],
  [{ parameters: { region: { essential: true } } }, false],
  [{ parameters: { tenant: { essential: true } } }, true],
  [{ parameters: { tenant: { value: 'a' } } }, true],
  [{ parameters: { tenant: { values: ['b', 'c'] } } }, false],
  [{ parameters: { tenant: { validate: (value) => value === 'a' } } }, true],
  [{ parameters: { tenant: { validate: (value) => value !== 'a' } } }, false],
  [{ parameters: { kid: { validate: (value) => value === key.kid } } }, true],
])('AJ-08, JJ-08: %j of a header with a private parameter: %s', async (rules, holds) => {
  const { header } = await verifyJws(await signJws('x', key, { header: { tenant: 'a' } }), key)
  const check = () => checkHeaderParameters(header, rules)
  if (holds) expect(check()).toBe(true)
  else expect(check).toThrow(expect.objectContaining({ code: 'invalid_header' }))
})

it('AJ-08: knows what is registered, of JWE too', () => {
  const registered =
    'alg typ cty kid jku x5u x5t x5t#S256 jwk x5c crit enc zip epk apu apv iv tag p2s p2c iss sub aud b64'
  const header = Object.fromEntries(registered.split(' ').map((name) => [name, '']))
  expect(checkHeaderParameters(header, { strict: true })).toBe(true)
  for (const name of ['ALG', 'skid', 'toString', ''])
    expect(() => checkHeaderParameters({ ...header, [name]: '' }, { strict: true })).toThrow(JoseError)
})

it('AJ-08: fits into a policy', async () => {
  const policy = { validate: (_: unknown, header: object) => checkHeaderParameters({ ...header }, { strict: true }) }
  await verifyJwt(await signJwt({}, key, { lifetime: 60 }), key, policy)
  const token = await signJwt({}, key, { lifetime: 60, header: { tenant: 'a' } })
  await expect(verifyJwt(token, key, policy)).rejects.toMatchObject({ code: 'invalid_header' })
})
