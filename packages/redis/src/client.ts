/** Clients of `redis` and `ioredis`, of one node and of a cluster, as one interface. */

/** A client of `ioredis`: `new Redis(…)` or `new Cluster(…)`. */
export interface IoredisClient {
  call(command: string, ...words: string[]): Promise<unknown>
  readonly isCluster?: boolean
  nodes?(role: 'master'): { call(command: string, ...words: string[]): Promise<unknown> }[]
}

/** A client of `redis`: `createClient(…)`. It must be connected. */
export interface NodeRedisClient {
  sendCommand(words: string[]): Promise<unknown>
}

/** A cluster client of `redis`: `createCluster(…)`. It must be connected. */
export interface NodeRedisCluster {
  readonly masters: readonly unknown[]
  sendCommand(firstKey: string | undefined, isReadonly: boolean, words: string[]): Promise<unknown>
  nodeClient(node: never): NodeRedisClient | Promise<NodeRedisClient>
}

/** Any client that the store can use. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster

/** What the store needs of a client. */
export interface Redis {
  readonly cluster: boolean
  /** One command, sent to the node that has the key. */
  call(key: string, words: readonly string[]): Promise<unknown>
  /** One command, sent to every primary. */
  callAll(words: readonly string[]): Promise<readonly unknown[]>
}

export function redisOf(client: RedisClient): Redis {
  if ('call' in client) return ofIoredis(client)
  return 'masters' in client ? ofNodeRedisCluster(client) : ofNodeRedis(client)
}

function ofIoredis(client: IoredisClient): Redis {
  const send = (node: Pick<IoredisClient, 'call'>, [command = '', ...words]: readonly string[]): Promise<unknown> =>
    node.call(command, ...words)
  return {
    cluster: client.isCluster === true,
    call: (_key, words) => send(client, words),
    callAll: (words) => Promise.all((client.nodes?.('master') ?? [client]).map((node) => send(node, words))),
  }
}

function ofNodeRedis(client: NodeRedisClient): Redis {
  return {
    cluster: false,
    call: (_key, words) => client.sendCommand([...words]),
    callAll: async (words) => [await client.sendCommand([...words])],
  }
}

function ofNodeRedisCluster(client: NodeRedisCluster): Redis {
  return {
    cluster: true,
    call: (key, words) => client.sendCommand(key, false, [...words]),
    callAll: (words) =>
      Promise.all(
        client.masters.map(async (node) => {
          const primary = await client.nodeClient(node as never) // sound: the client named it
          return primary.sendCommand([...words])
        }),
      ),
  }
}
