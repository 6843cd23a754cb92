import { apiSession } from '@authlib/oauth2/client'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { logIn, type Routes } from '../../test/internet.ts'
import { shopify, type ShopifyAuthorizationOptions } from './shopify.ts'

const clientSecret = 'the-secret'
const provider = (): ReturnType<typeof shopify> =>
  shopify({ clientId: 'the-client', clientSecret, scope: ['read_products', 'write_orders'] })

/** Made by hand from the documentation: https://shopify.dev/docs/apps/build/authentication-authorization */
const routes: Routes = {
  'POST https://ann.myshopify.com/admin/oauth/access_token': (_request, body) => {
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      client_secret: clientSecret,
      code: 'the-code',
    })
    return Response.json({ access_token: 'shpat_1', scope: 'read_products,write_orders' })
  },
  'GET https://ann.myshopify.com/admin/api/2026-01/shop.json': (request) => {
    expect(request.headers.get('x-shopify-access-token')).toBe('shpat_1')
    return Response.json({ shop: { id: 5, name: 'Ann', email: 'ann@example.com', domain: 'ann.example' } })
  },
}

/** The callback as Shopify signs it. */
function signed(url: URL, changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const state = url.searchParams.get('state') ?? ''
  const params: Record<string, string> = { code: 'the-code', shop: 'ann.myshopify.com', state, timestamp: '1800000000' }
  const names = Object.keys(params).sort()
  const text = names.map((name) => `${name}=${params[name]!}`).join('&')
  return { ...params, hmac: createHmac('sha256', clientSecret).update(text).digest('hex'), ...changes }
}

describe('shopify', () => {
  it('logs in at the shop of the login, and calls its API afterwards', async () => {
    const played = await logIn(provider(), { routes, options: { shop: 'ann' }, callback: signed })
    expect(played.authorization.origin).toBe('https://ann.myshopify.com')
    expect(played.authorization.searchParams.get('scope')).toBe('read_products,write_orders')
    expect(played.result.profile).toEqual({
      sub: '5',
      name: 'Ann',
      email: 'ann@example.com',
      website: 'https://ann.example',
    })
    expect(played.result.token).toMatchObject({ scope: ['read_products', 'write_orders'], extra: { shop: 'ann' } })
    const session = apiSession(played.client, { token: played.result.token })
    expect(await (await session.fetch('shop.json')).json()).toHaveProperty('shop')
  })

  it.each([
    ['without a signature', { hmac: '' }],
    ['with a wrong signature', { hmac: 'a'.repeat(64) }],
    ['whose code was changed', { code: 'another' }],
    ['with a parameter that nobody signed', { extra: '1' }],
    ['of another shop', { shop: 'bob.myshopify.com' }],
  ])('refuses a callback %s', async (_title, changes) => {
    const callback = (url: URL): Record<string, string> => signed(url, changes)
    await expect(logIn(provider(), { routes, options: { shop: 'ann' }, callback })).rejects.toMatchObject({
      code: 'invalid_callback',
    })
  })

  it('refuses a callback that is signed, but of another shop than the login', async () => {
    const login = logIn(provider(), { routes, options: { shop: 'bob' }, callback: signed })
    await expect(login).rejects.toMatchObject({ code: 'invalid_callback', reason: 'it is from another shop' })
  })

  it.each(['evil.example/', 'ann.evil', 'Ann', '-ann', 'ann#', '', undefined])('refuses the shop %s', async (shop) => {
    const options = { shop } as ShopifyAuthorizationOptions // what a form may send
    await expect(logIn(provider(), { routes, options })).rejects.toMatchObject({
      code: 'invalid_variable',
      status: 400,
    })
  })
})
