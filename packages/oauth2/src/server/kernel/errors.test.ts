import { afterEach, describe, expect, it, vi } from 'vitest'
import { fullServer } from '../../../test/journey.ts'
import type { AuthEvent } from '../contract/events.ts'

const UNKNOWN_CLIENT = 'https://as.example/authorize?client_id=nobody&response_type=code'

describe('errors that cannot be sent to the client', () => {
  afterEach(() => {
    vi.doUnmock('./error-page.ts')
  })

  it('shows a page, which is loaded by the first of them (RFC 6749 §4.1.2.1)', async () => {
    const response = await fullServer().server.fetch(new Request(UNKNOWN_CLIENT))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await response.text()).toContain('invalid_request: the client is not registered')
  })

  it('says the same in JSON when the page cannot be loaded, and tells the operator why', async () => {
    const gone = new Error('Cannot find module error-page.js')
    vi.doMock('./error-page.ts', () => {
      throw gone
    })
    const events: AuthEvent[] = []
    const { server } = fullServer({ onEvent: (event) => events.push(event) })
    const response = await server.fetch(new Request(UNKNOWN_CLIENT))
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'the client is not registered',
    })
    expect(events.map(({ type }) => type)).toEqual(['authorization.refused', 'server.error'])
    expect(events[1]).toMatchObject({ error: { cause: gone } })
  })
})
