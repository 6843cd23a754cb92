import { expect, it } from 'vitest'
import { AuthlibError } from './errors.ts'

it('escapes what could forge a line of a log or drive a terminal', () => {
  const { reason } = new AuthlibError('timeout', 'b', { reason: 'x\r\n\u001b[31m\u009b\u2028\u202e\0 é 😀 \t' })
  expect(reason).toBe('x%0D%0A%1B[31m%C2%9B%E2%80%A8%E2%80%AE%00 é 😀 %09')
  expect(new AuthlibError('timeout', 'b').reason).toBeUndefined()
  expect(new AuthlibError('timeout', 'b', { reason: '' }).reason).toBe('')
})
