/** What the authorization of the Model Context Protocol, version 2026-07-28, demands of an authorization server. */

import type { Profile, ProfileRule } from '../contract/profile.ts'
import { list, atomicStorage, codeChallengeRequired, httpsIssuer, issuerInResponses } from './rules.ts'
import { noFrontChannelTokens, noPasswordGrant, publicClientsRotate, settingsOf } from './rules.ts'

const resourceIndicators: ProfileRule = {
  id: 'resource_indicators',
  section: 'MCP Authorization, Resource Parameter Implementation',
  fix: 'Register resourceIndicators({ resources }), with the URL of each MCP server, so that tokens name one as their audience.',
  problem: (configuration) =>
    settingsOf(configuration, 'feature', 'resource_indicators') ? undefined : 'the parameter resource has no effect',
}

const clientMetadataDocuments: ProfileRule = {
  id: 'client_id_metadata_document',
  section: 'MCP Authorization, Client ID Metadata Documents',
  level: 'should',
  fix: 'Register clientIdMetadataDocuments().',
  problem: ({ server }) =>
    server.metadata()['client_id_metadata_document_supported'] === true
      ? undefined
      : 'clients cannot be known by the URL of their metadata',
}

const redirectUris: ProfileRule = {
  id: 'redirect_uris',
  section: 'MCP Authorization, Communication Security',
  fix: 'Register https: redirect URIs, or http: on localhost or a loopback address.',
  problem: ({ clients }) =>
    list(
      'redirect URIs that are neither https nor on localhost',
      clients.flatMap(({ redirectUris: uris }) => uris.filter((uri) => !isHttpsOrLocal(uri))),
    ),
}

function isHttpsOrLocal(uri: string): boolean {
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
}

/** `server.check('mcp')`. */
export const mcpProfile: Profile = {
  name: 'mcp',
  rules: [
    httpsIssuer('MCP Authorization, Communication Security'),
    codeChallengeRequired('MCP Authorization, Authorization Code Protection'),
    noFrontChannelTokens('MCP Authorization, Overview; OAuth 2.1 §10.1'),
    noPasswordGrant('MCP Authorization, Overview; OAuth 2.1 §10'),
    atomicStorage('MCP Authorization, Overview; OAuth 2.1 §4.1.3'),
    publicClientsRotate('MCP Authorization, Token Theft'),
    issuerInResponses('MCP Authorization, Authorization Response Validation', 'should'),
    redirectUris,
    resourceIndicators,
    clientMetadataDocuments,
  ],
}
