// A server that is told to end answers every request that it was sent.
import { writeFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startDemo, temporaryFolder } from '../support/demo-process.ts'

const CLIENT = { client_id: 'machine', client_secret: 'a-client-secret-of-more-than-32-characters' }
const CONNECTIONS = 64

const folder = temporaryFolder()
afterAll(() => folder.remove())

/** The status of one token request; null when nothing listens any more. Anything else that goes wrong is an error. */
function requestToken(provider: string, agent: Agent): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...CLIENT }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
    const request = httpRequest(`${provider}/token`, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('error', reject).on('end', () => {
        JSON.parse(text) // the whole answer came
        resolve(response.statusCode ?? 0)
      })
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The system resets new connections that the server had not accepted yet.
      const unheard = error.code === 'ECONNREFUSED' || (error.code === 'ECONNRESET' && !request.reusedSocket)
      if (unheard) resolve(null)
      else reject(error)
    })
    request.end(body)
  })
}

describe('the demo', () => {
  it('cuts no request of 64 busy connections when it is told to end', async () => {
    const clients = join(folder.path, 'clients.json')
    const metadata = {
      ...CLIENT,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    }
    writeFileSync(clients, JSON.stringify([metadata]))
    const demo = await startDemo({ AUTHLIB_CLIENTS: clients, AUTHLIB_DATABASE: join(folder.path, 'demo.db') })
    const provider = demo.provider.replace('localhost', '127.0.0.1')
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    let answered = 0
    let stopping: Promise<number | null> | undefined
    const connection = async (): Promise<void> => {
      for (;;) {
        const status = await requestToken(provider, agent)
        if (status === null) return
        expect(status).toBe(200)
        if (++answered === 20 * CONNECTIONS) stopping = demo.stop('SIGTERM')
      }
    }
    const outcomes = await Promise.allSettled(Array.from({ length: CONNECTIONS }, connection))
    agent.destroy()
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(await stopping).toBe(0)
  }, 60_000)
})
