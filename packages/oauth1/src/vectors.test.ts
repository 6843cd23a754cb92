import { describe, expect, it } from 'vitest'
import { methodOf, rsaPair, vectors } from '../test/vectors.ts'
import { parseOAuthHeader } from './authorization-header.ts'
import { baseString, baseStringUri, normalizeParameters } from './base-string.ts'
import { parsePairs } from './pairs.ts'
import { signedParameters } from './sign.ts'

describe('the base string of published examples (RFC 5849 §3.4.1)', () => {
  it.each(vectors.baseString)('A1-11, OL-05: collects and normalizes the parameters of $origin (H1)', (example) => {
    const { pairs, realm } = parseOAuthHeader(example.authorization) ?? { pairs: [], realm: '' }
    const all = [
      ...parsePairs(new URL(example.url).search.slice(1)),
      ...parsePairs(example.form),
      ...pairs.filter(([name]) => name !== 'oauth_signature'),
    ]
    expect(realm).toBe('Example')
    expect(normalizeParameters(all)).toBe(example.normalized)
    const parts = { method: example.method, uri: baseStringUri(example.url), pairs: all }
    expect(baseString(parts)).toBe(example.baseString)
    expect(baseString({ ...parts, method: 'poSt' })).toBe(example.baseString)
  })

  it.each(vectors.uris)('OL-04: writes the base string URI of $url ($origin)', ({ url, uri }) => {
    expect(baseStringUri(url)).toBe(uri)
  })

  it.each(vectors.badUris)('OL-04: refuses $url, which is not an absolute URL ($origin)', ({ url }) => {
    expect(() => baseStringUri(url)).toThrow(TypeError)
  })
})

describe('signatures of published examples (RFC 5849 §3.4)', () => {
  it.each(vectors.signatures)('A1-05, OL-02: makes and verifies $method of $origin', async (example) => {
    const method = methodOf(example.method)
    const keys = example.rsaKey === undefined ? {} : await rsaPair(example.rsaKey, method)
    const { clientSecret = '', tokenSecret = '', signature, baseString: text } = example
    const secrets = { clientSecret, tokenSecret, ...keys }
    expect(await method.sign(text, secrets)).toBe(signature)
    expect(await method.verify(text, signature, secrets)).toBe(true)
    for (const wrong of ['', 'ZG9uJ3QgdHJ1c3QgbWUK', 'altérer', signature.toLowerCase()]) {
      expect(await method.verify(text, wrong, secrets)).toBe(false)
    }
    expect(await method.verify(`${text}x`, signature, secrets)).toBe(false)
  })

  it.each(vectors.requests)('OL-01, RQ-01: signs the request of $origin with $method', async (example) => {
    const method = methodOf(example.method)
    const keys = example.rsaKey === undefined ? {} : await rsaPair(example.rsaKey, method)
    const { clientId, clientSecret, token, tokenSecret = '', form, url, httpMethod } = example
    const params: Record<string, string | undefined> = {}
    for (const [name, value] of Object.entries(example.params)) params[name] = value ?? undefined
    if (token !== undefined) params['oauth_token'] = token
    const pairs = await signedParameters(
      { method: httpMethod, url, form },
      {
        clientId,
        clientSecret,
        // an example has a token secret without a token
        token: { token: '', tokenSecret },
        signatureMethod: method,
        params: token === undefined ? { ...params, oauth_token: undefined } : params,
        ...keys,
      },
    )
    expect(pairs.at(-1)).toEqual(['oauth_signature', example.signature])
  })
})
