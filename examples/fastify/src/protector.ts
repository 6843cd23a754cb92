/** Who may call the API: those with an access token of the provider. */

import { protectedResourceMetadata, ResourceProtector, jwtAccessToken } from '@authlib/oauth2/resource'

const { ISSUER = 'http://localhost:4000', API_URL = 'http://localhost:5000' } = process.env

export const port = Number(new URL(API_URL).port)

/** The document that tells clients where tokens come from, and the protector of the API. */
export function protectResource() {
  const resource = API_URL
  const metadata = protectedResourceMetadata({ resource, authorizationServers: [ISSUER], scopes: ['notes:read'] })
  const protector = new ResourceProtector({
    resource,
    resourceMetadata: metadata.url,
    validators: [jwtAccessToken({ issuer: ISSUER })],
  })
  return { metadata, protector }
}
