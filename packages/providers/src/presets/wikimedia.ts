import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Wikimedia. */
export const wikimediaPreset: OAuth2Preset = {
  name: 'wikimedia',
  title: 'Wikimedia',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://meta.wikimedia.org/w/rest.php/oauth2/authorize',
    token_endpoint: 'https://meta.wikimedia.org/w/rest.php/oauth2/access_token',
  },
  clientAuth: 'client_secret_post',
  offline: 'always',
  api: { base: 'https://meta.wikimedia.org/w/rest.php/' },
  userinfo: { url: 'oauth2/resource/profile' },
  profile: {
    sub: 'sub',
    name: ['realname', 'username'],
    preferred_username: 'username',
    email: 'email',
    email_verified: 'confirmed_email',
  },
}

/**
 * Log in with Wikimedia.
 *
 * - The grants are those of the consumer: without a scope all of them are asked for. The address needs the grant for it.
 * - Wikimedia wants a `User-Agent` that names your application for calls of its API.
 *
 * @see [Register an application](https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration/propose/oauth2)
 * @see [Documentation](https://www.mediawiki.org/wiki/OAuth/For_Developers)
 */
export const wikimedia = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(wikimediaPreset, options)
