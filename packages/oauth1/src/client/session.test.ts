import { expect, it } from 'vitest'
import { bodyHash, hmacSha1, parseOAuthHeader } from '../index.ts'
import { createSession, type OAuth1Session } from './session.ts'

const API = 'https://api.example/'

function sessionOf(seen: Request[], options: { readonly bodyHash: boolean }): OAuth1Session {
  return createSession({
    apiBaseUrl: API,
    fetch: async (input, init) => {
      seen.push(new Request(input, init))
      return new Response('')
    },
    signing: async () => ({ clientId: 'web', clientSecret: 'secret' }),
    token: async () => ({ accessToken: 'token', tokenSecret: 'secret' }),
    save: async () => undefined,
    forget: async () => undefined,
    ...options,
  })
}

const bytes = new Uint8Array([0, 255, 254, 128, 10])

it.each([
  ['bytes', bytes],
  ['an ArrayBuffer', bytes.buffer],
  ['a Blob', new Blob([bytes])],
])('A1-07: covers %s by a hash of what is sent', async (_form, body) => {
  const seen: Request[] = []
  await sessionOf(seen, { bodyHash: true }).fetch('upload', { method: 'PUT', body })
  const { pairs } = parseOAuthHeader(seen[0]!.headers.get('authorization'))!
  expect(new Map(pairs).get('oauth_body_hash')).toBe(await bodyHash(bytes, hmacSha1))
  expect(new Uint8Array(await seen[0]!.arrayBuffer())).toEqual(bytes)
})

it('A1-07: refuses a stream, whose bytes are not known, and sends it where no hash is asked for', async () => {
  const seen: Request[] = []
  const upload = (): RequestInit => ({ method: 'PUT', body: new Blob([bytes]).stream(), duplex: 'half' }) as RequestInit
  await expect(sessionOf(seen, { bodyHash: true }).fetch('upload', upload())).rejects.toThrow(
    'read a stream into bytes',
  )
  expect(seen).toEqual([])
  await sessionOf(seen, { bodyHash: false }).fetch('upload', upload())
  expect(new Uint8Array(await seen[0]!.arrayBuffer())).toEqual(bytes)
})
