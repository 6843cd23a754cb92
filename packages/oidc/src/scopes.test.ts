import { describe, expect, it } from 'vitest'
import { claimsOfScope, pickClaims, scopeClaims } from './scopes.ts'

describe('claims of a scope', () => {
  it.each([
    ['email', ['email', 'email_verified']],
    ['phone', ['phone_number', 'phone_number_verified']],
    ['address', ['address']],
    ['openid', []],
    ['unknown', []],
    ['constructor', []],
    ['__proto__', []],
  ])('%s stands for %j (Core §5.4)', (word, expected) => {
    expect([...claimsOfScope([word])]).toEqual(expected)
  })

  it('profile stands for fourteen of them (Core §5.4)', () => {
    const names = 'name family_name given_name middle_name nickname preferred_username profile picture website gender'
    const more = 'birthdate zoneinfo locale updated_at'
    expect([...claimsOfScope(['profile'])].sort()).toEqual(`${names} ${more}`.split(' ').sort())
  })

  it('take scopes of your own', () => {
    expect([...claimsOfScope(['roles', 'address'], { ...scopeClaims, roles: ['roles', 'groups'] })]).toEqual([
      'roles',
      'groups',
      'address',
    ])
  })
})

describe('picking', () => {
  const names = claimsOfScope(['profile'])

  it('keeps a claim in every language it has (Core §5.2)', () => {
    const claims = { name: 'Hana', 'name#ja-Kana-JP': 'ハナ', 'email#ja': 'x', '#name': 'y' }
    expect(pickClaims(claims, names)).toEqual({ name: 'Hana', 'name#ja-Kana-JP': 'ハナ' })
  })

  it('leaves out what is empty, and keeps false and zero (Core §5.3.2)', () => {
    const claims = { name: '', nickname: null, picture: undefined, updated_at: 0, email_verified: false }
    expect(pickClaims(claims, new Set([...names, 'email_verified']))).toEqual({ updated_at: 0, email_verified: false })
  })
})
