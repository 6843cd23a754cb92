/** What the tokens of the benchmarks say. */

const now = Math.floor(Date.now() / 1000)

export const issuer = 'https://as.example'
export const audience = 'https://api.example'
export const claims = {
  iss: issuer,
  aud: audience,
  sub: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  client_id: 's6BhdRkqt3',
  scope: 'openid profile email',
  jti: '9f1b6d0e7c',
  iat: now,
  exp: now + 36_000,
}
