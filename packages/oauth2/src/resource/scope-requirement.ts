/** What scope an operation needs: a space means and, a list means or. */

import { assertOptions, type OptionType } from '@authlib/core/kit'
import type { AuthenticationDemand } from './bearer-errors.ts'

/** `'notes:read notes:write'` needs both; `['notes:read', 'admin']` needs one of them. Name the narrowest first. */
export type ScopeRequirement = string | readonly string[]

/** What an operation needs of a token: a scope, or more in an object. */
export type Requirement = ScopeRequirement | OperationRequirement

/** What an operation demands of a token, and of the login behind it (RFC 9470). */
export interface OperationRequirement extends AuthenticationDemand {
  readonly scope?: ScopeRequirement | undefined
}

/** Whether one granted scope value covers one required value. */
export type ScopeSatisfies = (granted: string, required: string) => boolean

/**
 * The alternatives, each a list of values that are needed together. Empty when nothing is required.
 *
 * @throws TypeError when an alternative names no scope, as any token would meet it, or breaks RFC 6749 §3.3; for a member
 * that there is not, which would demand nothing
 */
export function parseRequirement(requirement: Requirement | undefined): readonly string[][] {
  if (requirement === undefined) return []
  if (!isScope(requirement)) assertOptions('a requirement', requirement, TYPES)
  const scope = isScope(requirement) ? requirement : requirement.scope
  if (scope === undefined) return []
  const alternatives = typeof scope === 'string' ? [scope] : scope
  if (alternatives.length === 0) throw new TypeError('A scope requirement is empty; leave it out when none is needed')
  return alternatives.map((text) => {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(text)) {
      throw new TypeError('A scope requirement is a list of scope values with one space between them')
    }
    return text.split(' ')
  })
}

/** Whether the granted scope meets one of the alternatives. */
export function meetsRequirement(
  granted: readonly string[],
  alternatives: readonly (readonly string[])[],
  satisfies: ScopeSatisfies,
): boolean {
  if (alternatives.length === 0) return true
  return alternatives.some((needed) => needed.every((value) => granted.some((scope) => satisfies(scope, value))))
}

/** What is null here is checked by who reads it. */
const TYPES: Readonly<Record<keyof OperationRequirement, OptionType | null>> = {
  scope: null,
  acrValues: 'list?',
  maxAge: null,
}

function isScope(requirement: Requirement | undefined): requirement is ScopeRequirement {
  return typeof requirement === 'string' || Array.isArray(requirement)
}
