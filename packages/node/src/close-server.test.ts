import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { closeServer } from './close-server.ts'

async function start() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('answered'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { server, port }
}

describe('closeServer', () => {
  it('answers requests under way, and requests that come on open connections, and asks these to close', async () => {
    const { server, port } = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = async (): Promise<string | undefined> => {
      const request = httpRequest({ port, host: '127.0.0.1', agent }).end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      await once(response.resume(), 'end')
      return response.headers.connection
    }
    expect(await ask()).toBe('keep-alive')
    const slow = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1 } })
    slow.flushHeaders()
    await once(server, 'request')
    const closed = closeServer(server)
    expect(await ask()).toBe('close')
    slow.end('x')
    const [response] = (await once(slow, 'response')) as [IncomingMessage]
    expect(response.resume().statusCode).toBe(200)
    await closed
    agent.destroy()
  })

  it('takes no new connection', async () => {
    const { server, port } = await start()
    await closeServer(server)
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })

  it('closes idle connections after the notice, and cuts requests after the grace', async () => {
    const { server, port } = await start()
    const idle = connect(port, '127.0.0.1')
    await once(idle, 'connect')
    const hanging = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1 } })
    hanging.flushHeaders()
    await once(server, 'request')
    const cut = once(hanging, 'error')
    await closeServer(server, { notice: 0.01, grace: 0.05 })
    await cut
    await (idle.closed ? undefined : once(idle.resume(), 'close'))
  })
})
