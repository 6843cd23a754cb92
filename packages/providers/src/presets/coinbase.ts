import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Coinbase. */
export const coinbasePreset: OAuth2Preset = {
  name: 'coinbase',
  title: 'Coinbase',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://login.coinbase.com/oauth2/auth',
    token_endpoint: 'https://login.coinbase.com/oauth2/token',
    revocation_endpoint: 'https://login.coinbase.com/oauth2/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['wallet:user:read', 'wallet:user:email'],
  offline: { scope: ['offline_access'] },
  api: { base: 'https://api.coinbase.com/v2/' },
  userinfo: { url: 'user', at: 'data' },
  profile: {
    sub: 'id',
    name: 'name',
    preferred_username: 'username',
    email: 'email',
    picture: 'avatar_url',
    profile: 'profile_url',
  },
}

/**
 * Log in with Coinbase.
 *
 * - Refresh tokens rotate: each works once.
 * - `www.coinbase.com/oauth` is the old address of the endpoints.
 *
 * @see [Register an application](https://portal.cdp.coinbase.com/)
 * @see [Documentation](https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/integrations)
 */
export const coinbase = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(coinbasePreset, options)
