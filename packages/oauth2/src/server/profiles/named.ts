/** The profiles that `server.check` knows by name. */

import type { Profile } from '../contract/profile.ts'
import { fapi2MessageSigningProfile } from './fapi2-message-signing.ts'
import { fapi2Profile } from './fapi2.ts'
import { fapiCibaProfile } from './fapi-ciba.ts'
import { mcpProfile } from './mcp.ts'
import { oauth21Profile } from './oauth21.ts'

/** Names that `server.check` knows. */
export type ProfileName = 'oauth21' | 'fapi2' | 'fapi2-message-signing' | 'fapi-ciba' | 'mcp'

const profiles = [oauth21Profile, fapi2Profile, fapi2MessageSigningProfile, fapiCibaProfile, mcpProfile]

/** @throws TypeError for a name that there is not */
export function profileNamed(name: ProfileName): Profile {
  const found = profiles.find((profile) => profile.name === name)
  if (found) return found
  throw new TypeError(
    `There is no profile ${JSON.stringify(name)}: use oauth21, fapi2, fapi2-message-signing, fapi-ciba or mcp, or pass a profile`,
  )
}
