import { describe, expect, it } from 'vitest'
import { findSensitiveClaims, refuseSensitiveClaims } from '../index.ts'

describe('AJ-41, JJ-34: claims that look like a secret', () => {
  it.each([
    [{ password: 'x' }, ['password'], 'secret_name'],
    [{ user: { newPassword: 'x' } }, ['user', 'newPassword'], 'secret_name'],
    [{ 'client-secret': 'x' }, ['client-secret'], 'secret_name'],
    [{ API_KEY: 'x' }, ['API_KEY'], 'secret_name'],
    [{ note: '-----BEGIN RSA PRIVATE KEY-----\nMII' }, ['note'], 'private_key'],
    [{ note: '-----BEGIN PRIVATE KEY-----' }, ['note'], 'private_key'],
    [{ cards: ['4111 1111 1111 1111'] }, ['cards', 0], 'card_number'],
    [{ card: 5_500_000_000_000_004 }, ['card'], 'card_number'],
    [{ id: '078-05-1120' }, ['id'], 'social_security_number'],
  ] as const)('are found in %j', (claims, path, kind) => {
    expect(findSensitiveClaims(claims)).toEqual([{ path, kind }])
    expect(() => refuseSensitiveClaims(claims)).toThrow(
      expect.objectContaining({ code: 'insecure_claim', claim: path.join('.') }),
    )
  })

  it('are not what merely resembles them', () => {
    const claims = {
      iss: 'https://as.example',
      exp: 1_700_000_000,
      password_changed_at: 1_700_000_000,
      secretary: 'Ada',
      spin: 1,
      card: '4111 1111 1111 1112', // a check digit that is wrong
      order: '1234567890123456',
      date: '2024-01-0001',
      id: '000-05-1120',
      key: '-----BEGIN PUBLIC KEY-----',
    }
    expect(findSensitiveClaims(claims)).toEqual([])
    refuseSensitiveClaims(claims)
  })

  it('are named, and never repeated', () => {
    try {
      refuseSensitiveClaims({ card: '4111111111111111' })
      expect.unreachable()
    } catch (error) {
      const { message, reason, claim } = error as { message: string; reason: string; claim: string }
      expect(error).toMatchObject({ code: 'insecure_claim', status: 500, claim: 'card' }) // a mistake of ours
      expect([message, reason, claim].join()).not.toContain('4111')
    }
  })

  it('are looked for down to a depth, in whatever refers to itself', () => {
    const claims: Record<string, unknown> = {}
    claims['self'] = claims
    expect(findSensitiveClaims(claims)).toEqual([])
  })
})
