/** A TCP proxy before a server that loses answers, or falls silent, when it is told to. */

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly port: number
  /** Waits for a request that has the text, drops the answer to it, and closes that connection. */
  cutAnswerTo(text: string): void
  /** The next answer that was cut. */
  readonly cuts: () => number
  /** Carries nothing any more, and tells nobody: as when a cable is cut. */
  fallSilent(): void
  /** Carries what comes over new connections. Those of the silence stay silent. */
  speak(): void
  close(): Promise<void>
}

export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let awaited: Buffer | undefined
  let silent = false
  let cuts = 0

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let cutting = false
    let deaf = silent
    const close = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!(deaf ||= silent)) close()
      })
    }
    client.on('data', (chunk) => {
      if ((deaf ||= silent)) return
      if (awaited && chunk.includes(awaited)) {
        awaited = undefined
        cutting = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if ((deaf ||= silent)) return
      if (!cutting) return void client.write(chunk)
      cuts++
      close()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port, // sound: it listens on TCP
    cutAnswerTo(text) {
      awaited = Buffer.from(text)
    },
    cuts: () => cuts,
    fallSilent() {
      silent = true
    },
    speak() {
      silent = false
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
