/** Logins that are broken on purpose, to see who notices and how. */

/** One way to break a login. */
export interface Experiment {
  readonly name: string
  readonly title: string
  /** What to expect. */
  readonly expected: string
  /** Changes the authorization request. */
  readonly authorization?: (params: URLSearchParams) => void
  /** Changes the token request: its form, and its headers. */
  readonly token?: (form: URLSearchParams, headers: Headers) => void
  /** Sends the token request a second time. */
  readonly replay?: boolean
}

export const experiments: readonly Experiment[] = [
  {
    name: 'no-challenge',
    title: 'Leave out the code challenge',
    expected: 'The provider demands PKCE of this client: invalid_request (RFC 7636 §4.4.1).',
    authorization(params) {
      params.delete('code_challenge')
      params.delete('code_challenge_method')
    },
  },
  {
    name: 'redirect',
    title: 'Send the answer to another address',
    expected: 'The provider shows a page, and sends nobody there (RFC 9700 §4.1).',
    authorization: (params) => params.set('redirect_uri', 'https://attacker.example/callback'),
  },
  {
    name: 'response-type',
    title: 'Ask for something else than a code',
    expected: 'The provider has no such response type: unsupported_response_type (RFC 6749 §4.1.2.1).',
    authorization: (params) => params.set('response_type', 'password'),
  },
  {
    name: 'verifier',
    title: 'Redeem the code with another verifier',
    expected: 'The code is of no use to somebody who has only stolen the code: invalid_grant (RFC 7636 §4.6).',
    token: (form) => form.set('code_verifier', 'x'.repeat(43)),
  },
  {
    name: 'secret',
    title: 'Use a wrong client secret',
    expected: 'The provider says no more than invalid_client (RFC 6749 §5.2).',
    token: (_form, headers) => headers.set('authorization', `Basic ${btoa('demo:guessed')}`),
  },
  {
    name: 'replay',
    title: 'Redeem the code twice',
    expected: 'You are logged in, and the second token request is answered with invalid_grant (RFC 6749 §4.1.2).',
    replay: true,
  },
]

/** A parameter of the authorization request that the person chose; without a value it is left out. */
export function ownExperiment(name: string, value: string): Experiment {
  return {
    ...{ name: `${name}=${value}`, title: `Set ${name}`, expected: '' },
    authorization: (params) => (value === '' ? params.delete(name) : params.set(name, value)),
  }
}

/** By its name, as a login under way remembers it. */
export function findExperiment(name: string | undefined): Experiment | undefined {
  return experiments.find((experiment) => experiment.name === name)
}

/** The URL that a login leaves to, with what the experiment makes of it. */
export function breakAuthorization(location: string, experiment: Experiment | undefined): string {
  if (experiment?.authorization === undefined) return location
  const url = new URL(location)
  experiment.authorization(url.searchParams)
  return url.href
}
