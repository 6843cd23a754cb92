/**
 * Issuers that a client accepts: one, several, or a template with a claim in it, as
 * `https://login.microsoftonline.com/{tid}/v2.0`.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.7
 * @spec RFC 9207 §2.4
 */

/** `{name}` stands for the claim of that name in the same ID Token. */
export type Issuers = string | readonly string[]

/**
 * The claims that a template demands, by name: those of `{tid}`. Null when no issuer is this one. The reader of templates is
 * loaded by clients that have one.
 */
export async function matchIssuer(issuers: Issuers, issuer: string): Promise<Readonly<Record<string, string>> | null> {
  const accepted = [issuers].flat()
  if (accepted.includes(issuer)) return {}
  const templates = accepted.filter((candidate) => candidate.includes('{'))
  return templates.length === 0 ? null : (await import('./issuer-pattern.ts')).matchTemplates(templates, issuer)
}
