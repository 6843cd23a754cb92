import { expect, it } from 'vitest'
import { AuthlibError } from './errors.ts'

it('escapes what could forge a line of a log or drive a terminal', () => {
  const { reason } = new AuthlibError('timeout', 'b', { reason: 'x\r\n[31m\u009b\u2028\u202e\0\ud800 é 😀 \t' })
  expect(reason).toBe('x\\u{d}\\u{a}[31m\\u{9b}\\u{2028}\\u{202e}\\u{0}\\u{d800} é 😀 \\u{9}')
  expect(new AuthlibError('timeout', 'b').reason).toBeUndefined()
  expect(new AuthlibError('timeout', 'b', { reason: '' }).reason).toBe('')
})
