import { describe, expect, it } from 'vitest'
import { find } from './path.ts'

const answer = {
  id: 7,
  name: '',
  nick: null,
  data: { user: { first: 'Jane', last: 'Doe' } },
  emails: [
    { email: 'jane@example.com' },
    { email: 'main@example.com', primary: true },
    { email: 'odd@example.com', primary: 'true' },
  ],
  'https://slack.com/user_id': 'U1',
  verified: false,
}

describe('a path', () => {
  it.each([
    ['id', 7],
    ['data.user.first', 'Jane'],
    ['emails.0.email', 'jane@example.com'],
    ['emails.[primary].email', 'main@example.com'],
    ['https://slack.com/user_id', 'U1'],
    ['verified', false],
    ['=true', 'true'],
    ['{data.user.first} {data.user.last}', 'Jane Doe'],
    ['https://cdn.example/{id}.png', 'https://cdn.example/7.png'],
  ])('%s finds %s', (path, value) => {
    expect(find(answer, path)).toBe(value)
  })

  it('finds the first of several places that holds something', () => {
    expect(find(answer, ['name', 'nick', 'data.user.first'])).toBe('Jane')
  })

  it('finds nothing where nothing is: null and the empty string count as such', () => {
    for (const path of [
      'name',
      'nick',
      'data.none.first',
      'emails.3.email',
      'emails.[other].email',
      'data.[primary].email',
      '{data.user.first} {nick}',
      '{data.user}',
    ]) {
      expect(find(answer, path), path).toBeUndefined()
    }
    for (const value of [undefined, null, 'text', 7]) expect(find(value, 'length')).toBeUndefined()
  })

  it('reaches own members only', () => {
    for (const path of ['__proto__', 'constructor.name', 'data.toString'])
      expect(find(answer, path), path).toBeUndefined()
  })
})
