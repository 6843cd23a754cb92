/**
 * Client ids that are URLs.
 *
 * @spec draft-ietf-oauth-client-id-metadata-document §3
 */

/** Whether it is an https URL in its one normal form, so that it can be compared as a string. */
export function isDocumentUrl(clientId: string): boolean {
  if (!clientId.startsWith('https://') || !URL.canParse(clientId)) return false
  const { href, username, password } = new URL(clientId) // without dot segments, with a path
  return href === clientId && username === '' && password === '' && !clientId.includes('#')
}
