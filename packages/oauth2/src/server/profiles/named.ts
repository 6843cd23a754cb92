/** The profiles that `server.check` knows by name. Loaded when they are asked for, so that no server carries them. */

import type { Profile } from '../contract/profile.ts'

/** Names that `server.check` knows. */
export type ProfileName = 'oauth21' | 'fapi2' | 'fapi2-message-signing' | 'fapi-ciba' | 'mcp'

/** @throws TypeError for a name that there is not */
export async function profileNamed(name: ProfileName): Promise<Profile> {
  switch (name) {
    case 'oauth21':
      return (await import('./oauth21.ts')).oauth21Profile
    case 'fapi2':
      return (await import('./fapi2.ts')).fapi2Profile
    case 'fapi2-message-signing':
      return (await import('./fapi2-message-signing.ts')).fapi2MessageSigningProfile
    case 'fapi-ciba':
      return (await import('./fapi-ciba.ts')).fapiCibaProfile
    case 'mcp':
      return (await import('./mcp.ts')).mcpProfile
    default:
      throw new TypeError(
        `There is no profile ${JSON.stringify(name)}: use oauth21, fapi2, fapi2-message-signing, fapi-ciba or mcp, or pass a profile`,
      )
  }
}
