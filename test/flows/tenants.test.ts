/** Two tenants of one process on one database, as the guide sets them up. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tenantStore, type Store } from '@authlib/core'
import { mount } from '@authlib/express'
import { storedKeys } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  clientFromMetadata,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  storedClients,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { startNodeServer, type TestServer } from '@authlib/testing'
import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ISSUER = 'http://localhost:4000'
const secrets = ['a secret that both tenants share, as they may']
const folder = mkdtempSync(join(tmpdir(), 'tenants-'))
const database = sqliteStore(join(folder, 'tenants.db'))
let http: TestServer

beforeAll(async () => {
  const keysOf = (store: Store) => storedKeys({ store, secrets, algorithms: ['RS256'] })
  const server = new AuthorizationServer({ issuer: ISSUER, store: database, secrets, keys: keysOf(database) })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(introspectionEndpoint())
    .register(openId({ claims: () => ({}) }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  const tenants = ['acme', 'globex'].map(async (name) => {
    const store = tenantStore(database, name)
    const clients = storedClients(store)
    await clients.save(
      await clientFromMetadata({
        client_id: 'web',
        client_secret: `the secret of web at ${name}`,
        grant_types: ['client_credentials'],
      }),
    )
    return server.at({ issuer: `${ISSUER}/${name}`, store, keys: keysOf(store), clients })
  })
  http = await startNodeServer(express().use(mount(await Promise.all(tenants))))
})
afterAll(async () => {
  await http.stop()
  database.close()
  rmSync(folder, { recursive: true })
})

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(http.url + path)
  return { status: response.status, ...((await response.json()) as object) }
}

async function post(tenant: string, path: string, form: Record<string, string>, secretOf = tenant) {
  const authorization = `Basic ${btoa(`web:${encodeURIComponent(`the secret of web at ${secretOf}`)}`)}`
  const response = await fetch(`${http.url}/${tenant}${path}`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  })
  return (await response.json()) as Record<string, unknown>
}

it.each(['acme', 'globex'])(
  '%s has its own documents, where each specification wants them (RFC 8414 §3.1)',
  async (name) => {
    const issuer = `${ISSUER}/${name}`
    expect(await get(`/.well-known/oauth-authorization-server/${name}`)).toMatchObject({ issuer })
    const discovery = await get(`/${name}/.well-known/openid-configuration`) // Discovery §4
    expect(discovery).toMatchObject({ issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` })
  },
)

it('they share no key, no client and no token, though they share a database and secrets', async () => {
  const [acme, globex] = [await get('/acme/jwks'), await get('/globex/jwks')]
  expect(acme['keys']).not.toEqual(globex['keys'])
  const grant = { grant_type: 'client_credentials' }
  expect(await post('globex', '/token', grant, 'acme')).toHaveProperty('error', 'invalid_client')
  const { access_token: token } = await post('acme', '/token', grant)
  expect(await post('acme', '/introspect', { token: String(token) })).toMatchObject({ active: true })
  expect(await post('globex', '/introspect', { token: String(token) })).toEqual({ active: false })
})
