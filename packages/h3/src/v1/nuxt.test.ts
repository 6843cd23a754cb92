/** The files that the guide shows for Nuxt, run as Nitro does it. */

import { jsonResponse, type CurrentToken, type Protector } from '@authlib/core'
import { adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { createApp, createRouter, defineEventHandler, toNodeListener, type EventHandler } from 'h3v1'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../test/serve-v1.ts'
import type { NuxtApplication } from '../../test/nuxt/server/utils/auth.ts'
import { h3Adapter, type NodeEvent } from './index.ts'

const SERVER = join(import.meta.dirname, '../../test/nuxt/server')
const FILES = ['middleware/auth.ts', 'api/notes.ts', 'routes/login.get.ts', 'routes/callback.ts']

beforeAll(() => Object.assign(globalThis, { defineEventHandler })) // Nitro imports it
afterAll(() => Reflect.deleteProperty(globalThis, 'defineEventHandler'))

adapterContract({
  describe,
  it,
  name: 'the adapter contract in the recipe for Nuxt',
  adapter: h3Adapter,
  parsers: ['form', 'bytes'],
  serve: serveRecipe,
})

describe('the recipe for Nuxt', () => {
  it.each(FILES)('is what the guide shows: %s', (file) => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guide/frameworks/h3.md'), 'utf8')
    expect(guide).toContain(`\`server/${file}\`:\n\n\`\`\`ts\n${readFileSync(join(SERVER, file), 'utf8')}\`\`\``)
  })

  it('logs in, ends the login, and protects a route', async () => {
    const protector: Protector<CurrentToken, string> = {
      protect: async ({ headers }) => {
        if (headers.get('authorization') !== 'Bearer ann:read') throw new Error('no token')
        return { subject: 'ann' }
      },
      respond: () => jsonResponse(401, {}),
    }
    use({
      protector,
      authorizeRedirect: async ({ node }) => {
        node.res.writeHead(302, { location: 'https://provider.example' }).end()
      },
      authorizeAccessToken: async () => ({ profile: { sub: 'ann' } }),
    })
    const router = createRouter()
    router.get('/login', await load('routes/login.get.ts'))
    router.use('/callback', await load('routes/callback.ts'))
    router.use('/api/notes', await load('api/notes.ts'))
    const server = await startNodeServer(toNodeListener(createApp().use(router)))
    const get = (path: string, headers = {}) => fetch(server.url + path, { redirect: 'manual', headers })
    const login = await get('/login')
    const callback: unknown = await (await get('/callback')).json()
    const refused = await get('/api/notes')
    const notes: unknown = await (await get('/api/notes', { authorization: 'Bearer ann:read' })).json()
    await server.stop()
    expect([login.status, login.headers.get('location')]).toEqual([302, 'https://provider.example'])
    expect([refused.status, callback, notes]).toEqual([401, { hello: 'ann' }, { owner: 'ann' }])
  })
})

async function serveRecipe(application: ContractApplication<NodeEvent, void>) {
  const { mountables, protector, onError } = application
  use({ server: mountables[0]!, protector, onError, authorizeRedirect: (event) => application.login(event) })
  return serve(application, { auth: await load('middleware/auth.ts'), logIn: await load('routes/login.get.ts') })
}

let loaded = 0

/** The handler in a file of the recipe, loaded afresh. */
async function load(file: string): Promise<EventHandler> {
  const module = (await import(/* @vite-ignore */ `${join(SERVER, file)}?${loaded++}`)) as { default: EventHandler }
  return module.default
}

function use(nuxtApplication: Partial<NuxtApplication>): void {
  Object.assign(globalThis, { nuxtApplication })
}
