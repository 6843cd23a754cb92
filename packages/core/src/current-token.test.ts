import { expect, it } from 'vitest'
import { currentToken, setCurrentToken } from './current-token.ts'

it('remembers the token of each request', () => {
  const [one, other] = [new Request('https://rs.example'), new Request('https://rs.example')]
  setCurrentToken(one, { clientId: 'c', scope: ['notes:read'] })
  expect(currentToken(one)).toEqual({ clientId: 'c', scope: ['notes:read'] })
  expect(currentToken(other)).toBeUndefined()
})
