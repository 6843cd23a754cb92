/** Templates of issuers. */

/** The claims that the first template demands that this issuer fits, by name; null when it fits none. */
export function matchTemplates(templates: readonly string[], issuer: string): Readonly<Record<string, string>> | null {
  for (const template of templates) {
    const claims = new RegExp(`^${patternOf(template)}$`).exec(issuer)
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
