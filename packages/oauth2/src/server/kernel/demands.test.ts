import { describe, expect, it } from 'vitest'
import { authorizeUrl, fullServer } from '../../../test/journey.ts'
import type { Extension } from '../contract/extension.ts'
import type { Demands } from '../contract/interaction.ts'

const demanding = (name: string, demands: Demands): Extension => ({ kind: 'extension', name, demands: () => demands })

async function joined(...all: readonly Demands[]): Promise<Demands> {
  const { server } = fullServer()
  all.forEach((demands, index) => server.register(demanding(`d${index}`, demands)))
  const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
  return server.requests.demands(request)
}

describe('demands of several extensions', () => {
  it('are joined, and the strictest wins', async () => {
    const demands = await joined(
      { prompt: ['login'], maxAge: 600, acrValues: ['phr', 'phrh', 'mfa'] },
      {},
      { prompt: ['consent', 'login'], maxAge: 60, subject: 'alice', acrValues: ['mfa', 'phr'] },
      { maxAge: 3600, subject: 'alice' },
    )
    expect(demands).toEqual({
      prompt: ['login', 'consent'],
      maxAge: 60,
      subject: 'alice',
      acrValues: ['phr', 'mfa'],
    })
  })

  it.each<[string, Demands, Demands, string]>([
    ['two end-users', { subject: 'alice' }, { subject: 'bob' }, 'invalid_request'],
    ['contexts without one in common', { acrValues: ['a'] }, { acrValues: ['b'] }, 'unmet_authentication_requirements'],
  ])('are answered at the client when they exclude each other: %s', async (_case, one, other, code) => {
    const { server, events } = fullServer()
    server.register(demanding('one', one), demanding('other', other))
    const { headers } = await server.fetch(new Request(authorizeUrl()))
    expect(new URL(headers.get('location') ?? '').searchParams.get('error')).toBe(code)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'authorization.refused', clientId: 'web', reason: expect.any(String) as string }),
    )
  })
})
