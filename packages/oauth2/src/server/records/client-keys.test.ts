import { generateKey, type Key } from '@authlib/jose'
import { beforeAll, expect, it } from 'vitest'
import { bareServer, WEB } from '../../../test/journey.ts'
import { clientFromMetadata, on, moment, type Client, type Extension, type Server } from '../index.ts'
import { clientEncryptionKey, clientKeys } from './client-keys.ts'

let key: Key
let encrypting: Key
beforeAll(async () => {
  key = await generateKey('ES256', { kid: 'a' })
  encrypting = await generateKey('ECDH-ES', { kid: 'b' })
})

const client = (metadata: object): Promise<Client> => clientFromMetadata({ ...WEB, ...metadata })

/** The object that features are given. */
async function internals(fetch?: typeof globalThis.fetch): Promise<Server> {
  const { server } = bareServer({
    clock: () => 1000,
    ...(fetch && { outgoing: { fetch, allowPrivateAddresses: true } }),
  })
  const caught = moment<object>('caught')
  let found: Server | undefined
  const extension: Extension = {
    kind: 'extension',
    name: 'catch',
    handlers: [on(caught, () => undefined)],
    metadata: (self) => {
      found = self
      return {}
    },
  }
  server.register(extension).metadata()
  if (!found) throw new Error('no server')
  return Promise.resolve(found)
}

it('reads jwks of the metadata, and imports them once', async () => {
  const server = await internals()
  const one = await client({ jwks: { keys: [key.publicJwk()] } })
  expect(clientKeys(server, one)).toBe(clientKeys(server, { ...one }))
  expect(await clientKeys(server, one)?.find({ alg: 'ES256', kid: 'a' })).toHaveLength(1)
})

it('is null for a client without keys', async () => {
  expect(clientKeys(await internals(), await client({}))).toBeNull()
})

it('fetches jwks_uri once, through the fetch of the server', async () => {
  const asked: string[] = []
  const server = await internals((url) => {
    asked.push(url instanceof Request ? url.url : String(url))
    return Promise.resolve(Response.json({ keys: [key.publicJwk(), encrypting.publicJwk()] }))
  })
  const one = await client({ jwks_uri: 'https://app.example/jwks' })
  expect(await clientKeys(server, one)?.find({ alg: 'ES256', kid: 'a' })).toHaveLength(1)
  expect((await clientEncryptionKey(server, one, 'ECDH-ES'))?.kid).toBe('b')
  expect(asked).toEqual(['https://app.example/jwks'])
})

it('never fetches jwks_uri from a private address unless the server allows it (RFC 9700 §4)', async () => {
  const server = await internals()
  const one = await client({ jwks_uri: 'https://10.0.0.1/jwks' })
  await expect(Promise.resolve(clientKeys(server, one)?.find({ alg: 'ES256' }))).rejects.toMatchObject({
    code: 'key_set_unavailable',
  })
})
