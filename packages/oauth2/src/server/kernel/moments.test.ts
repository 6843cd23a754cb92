import { expect, it } from 'vitest'
import { bareServer, post, WEB } from '../../../test/journey.ts'
import type { Extension } from '../contract/extension.ts'
import { moment, on } from '../contract/moments.ts'
import { authorizationCodeGrant } from '../features/authorization-code.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { codeChallenge } from '../features/code-challenge.ts'
import { revocationEndpoint } from '../features/revocation.ts'

const unopened = moment<object, object>('unopened')

/** Extensions that have nothing to do with a token request: other moments, another grant, a moment that no feature opens. */
function idleExtensions(count: number, look: (name: string) => void): Extension[] {
  const nothing = (): undefined => undefined
  return Array.from({ length: count }, (_, index) => {
    const extension: Extension = {
      kind: 'extension',
      name: `idle${index}`,
      resolveRequestUri: nothing,
      resolveRequestObject: nothing,
      validateAuthorizationRequest: nothing,
      demands: nothing,
      consents: nothing,
      authorizing: nothing,
      authorizationResponse: nothing,
      ending: nothing,
      handlers: [on(unopened, nothing)],
    }
    return new Proxy(extension, {
      get(target, name, receiver) {
        look(String(name))
        return Reflect.get(target, name, receiver) as unknown
      },
    })
  })
}

it('an extension costs a token request nothing where it has nothing to do: it is not even looked at', async () => {
  const looks: string[] = []
  const { server } = bareServer()
  const scoped: Extension = { kind: 'extension', name: 'scoped', issuing: () => void looks.push('issuing') }
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge(), scoped])
    .register(clientCredentialsGrant(), revocationEndpoint())
    .register(...idleExtensions(60, (name) => looks.push(name)))
  const form = { grant_type: 'client_credentials' }
  const first = await post(server, '/token', form, WEB) // ends registration: the lists are worked out
  expect(first.status).toBe(200)
  expect(looks).toContain('issuing')
  looks.length = 0
  const second = await post(server, '/token', form, WEB)
  await post(server, '/revoke', { token: String(second.json['access_token']) }, WEB)
  await post(server, '/token', { grant_type: 'unknown' }, WEB)
  expect(looks).toEqual([])
})
