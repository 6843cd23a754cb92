import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Discord. */
export const discordPreset: OAuth2Preset = {
  name: 'discord',
  title: 'Discord',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://discord.com/oauth2/authorize',
    token_endpoint: 'https://discord.com/api/oauth2/token',
    revocation_endpoint: 'https://discord.com/api/oauth2/token/revoke',
  },
  scope: ['identify', 'email'],
  offline: 'always',
  api: { base: 'https://discord.com/api/' },
  userinfo: { url: 'users/@me' },
  profile: {
    sub: 'id',
    name: ['global_name', 'username'],
    preferred_username: 'username',
    email: 'email',
    email_verified: 'verified',
    picture: 'https://cdn.discordapp.com/avatars/{id}/{avatar}.png',
    locale: 'locale',
  },
}

/**
 * Log in with Discord.
 *
 * - `params: { prompt: 'none' }` skips the page for people who agreed before.
 *
 * @see [Register an application](https://discord.com/developers/applications)
 * @see [Documentation](https://discord.com/developers/docs/topics/oauth2)
 */
export const discord = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(discordPreset, options)
