/** What real providers do otherwise than the specification says. */

/**
 * What a token endpoint may do: `form_answer`: answers a form, not JSON. `text_expires_in`: `"3600"`. `no_expires_in`,
 * `no_token_type`: leaves it out. `comma_scope`: `read,write`. `errors_with_200`: errors with the status 200.
 * `same_refresh_token`: a refresh changes the access token only.
 */
export type FakeQuirk =
  | 'comma_scope'
  | 'errors_with_200'
  | 'form_answer'
  | 'no_expires_in'
  | 'no_token_type'
  | 'same_refresh_token'
  | 'text_expires_in'

/** What the token endpoint of the fake provider answers. */
type Members = Readonly<Record<string, string>> & { readonly expires_in?: number; readonly scope?: string }

/** The answer of a token endpoint with these quirks. */
export async function quirkyAnswer(response: Response, quirks: readonly FakeQuirk[]): Promise<Response> {
  if (quirks.length === 0) return response
  const has = (quirk: FakeQuirk): boolean => quirks.includes(quirk)
  const { expires_in, token_type, scope, ...others } = (await response.json()) as Members
  const members = {
    ...others,
    ...(scope !== undefined && { scope: has('comma_scope') ? scope.replaceAll(' ', ',') : scope }),
    ...(token_type !== undefined && !has('no_token_type') && { token_type }),
    ...(expires_in !== undefined &&
      !has('no_expires_in') && { expires_in: has('text_expires_in') ? String(expires_in) : expires_in }),
  }
  const status = has('errors_with_200') ? 200 : response.status
  if (!has('form_answer')) return Response.json(members, { status, headers: dpopNonce(response) })
  const form = new URLSearchParams(Object.entries(members).map(([name, value]): [string, string] => [name, `${value}`]))
  return new Response(form, { status, headers: dpopNonce(response) })
}

function dpopNonce({ headers }: Response): Record<string, string> {
  const nonce = headers.get('dpop-nonce')
  return nonce === null ? {} : { 'dpop-nonce': nonce }
}
