export type { IoredisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './client.ts'
export * from './redis-lock.ts'
export * from './redis-store.ts'
