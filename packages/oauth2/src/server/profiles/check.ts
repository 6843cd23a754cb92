/** Compares what is registered with a security profile. Loaded when one is asked for, so that no server carries the profiles. */

import type { Finding, Profile, ServerConfiguration } from '../contract/profile.ts'
import { profileNamed, type ProfileName } from './named.ts'

/** @throws TypeError for an unknown name */
export async function findingsOf(
  profile: ProfileName | Profile,
  configuration: ServerConfiguration,
): Promise<readonly Finding[]> {
  const { name, rules } = typeof profile === 'string' ? profileNamed(profile) : profile
  const found: Finding[] = []
  for (const rule of rules) {
    const { id, section, level = 'must', fix } = rule
    const problem = await rule.problem(configuration)
    if (problem !== undefined) found.push({ profile: name, rule: id, section, level, problem, fix })
  }
  return found
}
