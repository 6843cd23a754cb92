import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Amazon Cognito. */
export const cognitoPreset: OpenIDPreset = {
  name: 'cognito',
  title: 'Amazon Cognito',
  protocol: 'openid',
  variables: { region: { pattern: '[a-z]{2}(?:-[a-z]+)+-\\d' }, userPoolId: { pattern: '[a-z0-9-]+_[A-Za-z0-9]+' } },
  issuer: 'https://cognito-idp.{region}.amazonaws.com/{userPoolId}',
  scope: ['profile', 'email'],
  offline: 'always',
  profile: { preferred_username: ['preferred_username', 'cognito:username'] },
}

export interface CognitoOptions extends OpenIDProviderOptions {
  /** The id of the user pool, which names its region: `eu-west-1_AbCdEfGhI`. */
  readonly userPoolId: string
}

/**
 * Log in with Amazon Cognito.
 *
 * - The issuer is not the domain of the login pages; the metadata names both.
 * - Cognito writes `email_verified` as the string "true"; the profile has a boolean.
 * - Its logout takes `logout_uri` instead of the parameters of OpenID Connect: `https://<your domain>/logout?client_id=…&logout_uri=…`.
 *
 * @see [Register an application](https://console.aws.amazon.com/cognito/)
 * @see [Documentation](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html)
 */
export const cognito = ({ userPoolId, ...options }: CognitoOptions): OpenIDProvider =>
  openidProvider(cognitoPreset, options, { variables: { userPoolId, region: userPoolId.split('_')[0] } })
