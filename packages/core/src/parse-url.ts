/** `URL.parse`, which not every browser has. */

/** Null for what is no absolute URL. */
export function parseUrl(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null
}
