/**
 * Which claims a client may see.
 *
 * @spec OpenID Connect Core 1.0 §5.2 §5.3.2 §5.4
 */

/** The claims that each scope stands for. */
export type ScopeClaims = Readonly<Record<string, readonly string[]>>

/** The scopes of §5.4. */
export const scopeClaims: Readonly<Record<'profile' | 'email' | 'address' | 'phone', readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** The names of the claims that the scope stands for. */
export function claimsOfScope(scope: readonly string[], table: ScopeClaims = scopeClaims): ReadonlySet<string> {
  return new Set(scope.flatMap((word) => (Object.hasOwn(table, word) ? table[word]! : [])))
}

/** Of these claims those with an allowed name, in any language (`name#ja`). Empty ones are left out, as §5.3.2 says. */
export function pickClaims(
  claims: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  const allowed = (name: string): boolean => names.has(name.split('#', 1)[0]!)
  const entries = Object.entries(claims).filter(([name, value]) => allowed(name) && !isEmpty(value))
  return Object.fromEntries(entries)
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
