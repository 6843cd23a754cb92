/**
 * Issuers that a client accepts: one, several, or a template with a claim in it, as
 * `https://login.microsoftonline.com/{tid}/v2.0`.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.7
 * @spec RFC 9207 §2.4
 */

/** `{name}` stands for the claim of that name in the same ID Token. */
export type Issuers = string | readonly string[]

/** The claims that a template demands, by name: those of `{tid}`. Null when no issuer is this one. */
export function matchIssuer(issuers: Issuers, issuer: string): Readonly<Record<string, string>> | null {
  for (const candidate of [issuers].flat()) {
    if (candidate === issuer) return {}
    if (!candidate.includes('{')) continue
    const claims = new RegExp(`^${patternOf(candidate)}$`).exec(issuer)
    if (claims !== null) return { ...claims.groups }
  }
  return null
}

/** A value of a template: no slash, so that it cannot become another path or host. */
const VALUE = String.raw`[\w.-]{1,128}`

function patternOf(template: string): string {
  return template
    .split(/(\{[A-Za-z_]\w*\})/)
    .map((part, index) =>
      index % 2 === 0 ? part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`) : `(?<${part.slice(1, -1)}>${VALUE})`,
    )
    .join('')
}
