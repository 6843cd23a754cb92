/** Header parameters that have to be something, and those that have no business there. RFC 7515 §4 */

import { invalidHeader, registeredParameters } from './header.ts'
import { memberFault, type MemberRule } from '../shared/member-rule.ts'

/** What one header parameter must be. */
export interface HeaderRule extends MemberRule {
  /** Your own test, for a parameter that is there. */
  readonly validate?: (value: unknown) => boolean
}

/** What a header must be beyond what its specification says. */
export interface HeaderRules {
  /** Rules for single parameters, private or registered. */
  readonly parameters?: Readonly<Record<string, HeaderRule>> | undefined
  /** Refuses what is neither registered nor in `parameters`, where RFC 7515 §4 has it ignored. Default false. */
  readonly strict?: boolean | undefined
}

/** RFC 7516 §4.1, RFC 7518 §4, RFC 7519 §5.3, RFC 7797 §3 */
const others = ['enc', 'zip', 'epk', 'apu', 'apv', 'iv', 'tag', 'p2s', 'p2c', 'iss', 'sub', 'aud', 'b64']

/**
 * Checks the header of a JWS or a JWE that has been verified. Throws `invalid_header`, otherwise returns true, so that it
 * fits into a policy: `validate: (_, header) => checkHeaderParameters(header, rules)`.
 */
export function checkHeaderParameters(
  header: Readonly<Record<string, unknown>>,
  { parameters = {}, strict = false }: HeaderRules,
): true {
  for (const [name, rule] of Object.entries(parameters)) {
    const fault = memberFault(header, name, rule)
    if (fault !== null) throw invalidHeader(`${name}: ${fault}`)
  }
  if (!strict) return true
  const known = new Set([...registeredParameters, ...others, ...Object.keys(parameters)])
  if (Object.keys(header).some((name) => !known.has(name))) throw invalidHeader('a parameter is not known')
  return true
}
