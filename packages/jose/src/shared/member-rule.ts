/** Rules for one member of an object: a claim, or a header parameter. */

/** Without its own test, which looks at the whole as well. */
export interface MemberRule {
  /** It is there and not empty: no empty text, list or null. Default false. */
  readonly essential?: boolean
  /** With `essential`: it must be there, but may be empty. Default false. */
  readonly allowEmpty?: boolean
  /** The one value, compared with `===`; in a list, one of its items. */
  readonly value?: unknown
  /** Like `value`, any of these. */
  readonly values?: readonly unknown[]
}

/** Why a member does not fit, or null. What is not there fits whatever is not essential. */
export function memberFault<M extends Readonly<Record<string, unknown>>>(
  members: M,
  name: string,
  rule: MemberRule & { readonly validate?: (value: unknown, members: M) => boolean },
): 'missing' | 'another value' | 'refused by its rule' | null {
  const values = 'value' in rule ? [rule.value] : rule.values
  if (values !== undefined && !Array.isArray(values)) throw new TypeError(`values of ${name} must be an array`)
  if (rule.essential && !rule.allowEmpty && isEmptyMember(members, name)) return 'missing'
  if (!Object.hasOwn(members, name)) return rule.essential ? 'missing' : null
  const value: unknown = members[name]
  if (values !== undefined && !listOf(value).some((item) => values.includes(item))) return 'another value'
  return rule.validate === undefined || passes(rule.validate(value, members)) ? null : 'refused by its rule'
}

/** What is there as a list, or alone. */
export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T] // no list
}

/** Only true does: not what an async function returns, nor one that forgot to. */
export function passes(verdict: unknown): boolean {
  return verdict === true
}

/** Not there, or nothing: null, an empty text, an empty list. */
export function isEmptyMember(members: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = Object.hasOwn(members, name) ? members[name] : null
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
